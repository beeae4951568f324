export { type ResolveHost, reachOf } from './address.ts'
export { createGuardedFetch, type GuardedFetch, type GuardedFetchOptions, guardedFetch } from './guarded-fetch.ts'
export type { FetchCode } from './refusal.ts'
export { parseTarget, type TargetPolicy } from './target.ts'
