import { OpemError } from '@opem/domain'
import { z } from 'zod'
import { exchange } from '../api/http.ts'

const Failure = z.object({ errors: z.array(z.object({ message: z.string() })).min(1) })

/** One GraphQL question to the index; codes as `exchange`, and `ERR_INDEX` with the index's own words. */
export async function ask<T>(
  question: string,
  variables: Record<string, unknown>,
  schema: z.ZodType<T>,
  signal?: AbortSignal,
): Promise<T> {
  const raw = await exchange('/subgraph', z.unknown(), {
    body: { query: question, variables },
    ...(signal === undefined ? {} : { signal }),
  })
  const failure = Failure.safeParse(raw)
  if (failure.success)
    throw new OpemError({
      code: 'ERR_INDEX',
      shortMessage: `The index refused: ${failure.data.errors.map((error) => error.message).join('; ')}`,
      retryable: true,
    })
  const answer = z.strictObject({ data: schema }).safeParse(raw)
  if (answer.success) return answer.data.data
  throw new OpemError({
    code: 'ERR_ANSWER_SHAPE',
    shortMessage: `The index answered in a shape this page does not know: ${z.prettifyError(answer.error)}`,
  })
}

/** Whole numbers arrive as strings from graph-node (BigInt) and are kept exact. */
export const Integer = z
  .string()
  .regex(/^-?\d+$/)
  .transform(BigInt)
export const Bytes = z
  .string()
  .regex(/^0x[0-9a-f]*$/)
  .transform((text) => text as `0x${string}`)

export const Meta = z.strictObject({ _meta: z.strictObject({ block: z.strictObject({ number: z.number().int() }) }) })

/** The last block the index has read. */
export const indexedBlock = async (signal?: AbortSignal): Promise<bigint> =>
  BigInt((await ask('{ _meta { block { number } } }', {}, Meta, signal))._meta.block.number)

/** Resolves when the index has read `block`; asks twice a second, and says so when a minute was not enough. */
export async function untilIndexed(block: bigint): Promise<void> {
  const end = Date.now() + 60_000
  for (;;) {
    const read = await indexedBlock().catch(() => -1n)
    if (read >= block) return
    if (Date.now() > end)
      throw new OpemError({
        code: 'ERR_INDEX_LATE',
        shortMessage: `Block ${block} holds the transaction, but the index has not read it after a minute (it is at ${read}). Look at the status page.`,
        retryable: true,
      })
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}
