import type { z } from 'zod'
import type { paths } from '../../../offchain-api/generated/api.d.ts'
import type { Adjustments, Changes, History, OracleWindow, Trading } from './unified-api.ts'

type Get<Path extends keyof paths> = paths[Path]['get'] extends {
  responses: { 200: { content: { 'application/json': infer Answer } } }
}
  ? Answer
  : never

/** Compiles when a schema takes every answer of the generated type; what the API says beyond it is not read. */
type Reads<Schema extends z.ZodType, Answer extends z.input<Schema>> = readonly [Schema, Answer]

/** What a node reads, held against what the API's generated types say that it answers. */
export type NodeContract = [
  Reads<typeof OracleWindow, Get<'/v1/communities/{id}/oracle'>>,
  Reads<typeof History, Get<'/v1/readings'>>,
  Reads<typeof History, Get<'/v1/communities/{id}/history'>>,
  Reads<typeof Changes, Get<'/v1/communities/{id}/changes'>>,
  Reads<typeof Trading, Get<'/v1/communities/{id}/trading'>>,
  Reads<typeof Adjustments, Get<'/v1/communities/{id}/adjustments'>>,
]
