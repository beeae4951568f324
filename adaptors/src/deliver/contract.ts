import type { z } from 'zod'
import type { paths } from '../../../offchain-api/generated/api.d.ts'
import type { Delivery, KeptRows, StoredPrices } from './unified-api.ts'

type AnswerOf<Method> = Method extends {
  responses: { 200: { content: { 'application/json': infer Answer } } }
}
  ? Answer
  : never

/** Compiles when a schema takes every answer of the generated type; what the API says beyond it is not read. */
type Reads<Schema extends z.ZodType, Answer extends z.input<Schema>> = readonly [Schema, Answer]

/** What adaptors read, held against what the API's generated types say that it answers. */
export type AdaptorContract = [
  Reads<typeof Delivery, AnswerOf<paths['/v1/readings']['post']>>,
  Reads<typeof StoredPrices, AnswerOf<paths['/v1/prices']['post']>>,
  Reads<typeof KeptRows, AnswerOf<paths['/v1/rejected']['get']>>,
]
