import { OpemError } from '@opem/domain'
import { postJson } from './post-json.ts'

export interface BlockAt {
  readonly number: number
  readonly hash: string
}

/** Block `number` (or the latest) of the chain; null when it has none of that number. */
export async function chainBlock(chainUrl: string, number: number | 'latest'): Promise<BlockAt | null> {
  const tag = number === 'latest' ? number : `0x${number.toString(16)}`
  const { result, error } = await postJson<{
    result?: Record<'number' | 'hash', string> | null
    error?: { message: string }
  }>(chainUrl, { jsonrpc: '2.0', id: 1, method: 'eth_getBlockByNumber', params: [tag, false] })
  if (error || result === undefined) {
    throw new OpemError({
      code: 'ERR_INDEX_CHAIN',
      shortMessage: `the chain at ${chainUrl} did not tell its block ${tag}: ${error?.message}`,
      retryable: true,
    })
  }
  return result && { number: Number(result.number), hash: result.hash }
}

export type IndexState = { readonly block: BlockAt; readonly failed: boolean }

/** The last block the index has read, and whether a mapping failed; throws while the index does not answer. */
export async function indexState(graphqlPort: number): Promise<IndexState> {
  const query = '{ _meta { block { number hash } hasIndexingErrors } }'
  type Answer = {
    data?: { _meta: { block: BlockAt; hasIndexingErrors: boolean } | null }
    errors?: { message: string }[]
  }
  const { data, errors } = await postJson<Answer>(`http://127.0.0.1:${graphqlPort}/subgraphs/name/opem`, { query })
  const meta = data?._meta
  if (!meta) {
    throw new OpemError({
      code: 'ERR_INDEX_GONE',
      shortMessage: `the index does not answer: ${errors?.[0]?.message ?? 'nothing'}`,
      retryable: true,
    })
  }
  return { block: meta.block, failed: meta.hasIndexingErrors }
}
