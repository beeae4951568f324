export { type ResolveHost, reachOf } from './address.ts'
export { createGuardedFetch, type GuardedFetch, type GuardedFetchOptions, guardedFetch } from './guarded-fetch.ts'
export { type GuardedAnswer, type GuardedStreamOptions, guardedStream } from './guarded-stream.ts'
export type { FetchCode } from './refusal.ts'
