export { createLake, type Lake } from './lake/lake.ts'
export { lakeDdl } from './lake/schema.ts'
export { startUnifiedApi, type UnifiedApiSettings } from './unified-api/start.ts'
