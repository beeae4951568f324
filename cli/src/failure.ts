import { OpemError, sentenceOf } from '@opem/domain'

/** What a thrown value tells a person: domain's errors have a code and a sentence of their own. */
interface Sayable {
  readonly code: string
  readonly message: string
  readonly details?: unknown
}

/** Codes of Node and of libraries that mean that nobody answers at an address. */
const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EHOSTUNREACH', 'UND_ERR_SOCKET'])

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

function causes(error: unknown): object[] {
  const found: object[] = []
  for (
    let at = error;
    typeof at === 'object' && at !== null && found.length < 8;
    at = (at as { cause?: unknown }).cause
  ) {
    found.push(at)
  }
  return found
}

/** What nodes say in their own words about two things that people can do something about. */
function foreign(message: string): Sayable | undefined {
  if (/gas required exceeds allowance|insufficient funds/i.test(message))
    return {
      code: 'ERR_NO_ETHER',
      message:
        'The wallet that sends this transaction has no ether to pay for it: send it some (on a development chain: opem development ether --to ADDRESS), then say it again.',
    }
  if (/BlockOutOfRange|missing trie node|historical state|state .* (pruned|not available)/i.test(message))
    return {
      code: 'ERR_OLD_STATE',
      message:
        'The chain’s node keeps no states of the blocks that this asks about: name one that does (an archive node) with --chain. The development chain keeps those of its last 128 blocks, and after a start only the newest.',
    }
  return undefined
}

/** What a contract said when it refused (viem's ContractFunctionRevertedError), in the sentence that the pages show as well. */
function refusedByContract(at: object): Sayable | undefined {
  const { name, data, reason } = at as {
    name?: unknown
    data?: { errorName?: unknown; args?: unknown }
    reason?: unknown
  }
  if (name !== 'ContractFunctionRevertedError') return undefined
  const error = text(data?.errorName)
  const args = Array.isArray(data?.args) ? (data.args as unknown[]) : []
  const message =
    error !== undefined && error !== 'Error'
      ? sentenceOf(error, args)
      : `The contract refused: ${text(reason) ?? 'no reason given'}.`
  return { code: 'ERR_CONTRACT_REFUSED', message }
}

/** One sentence and a stable code for anything thrown. */
export function sayableOf(error: unknown): Sayable {
  const chain = causes(error) as {
    name?: unknown
    code?: unknown
    shortMessage?: unknown
    message?: unknown
    details?: unknown
  }[]
  const own = chain.find((at) => text(at.code)?.startsWith('ERR_') && text(at.shortMessage))
  if (own) return { code: own.code as string, message: own.shortMessage as string, details: own.details }
  const first = chain[0]
  const unreachable = chain.find((at) => UNREACHABLE.has(text(at.code) ?? '') || at.name === 'HttpRequestError')
  if (unreachable) {
    return {
      code: 'ERR_UNREACHABLE',
      message: `Nobody answered (${text(unreachable.shortMessage) ?? text(unreachable.message)?.split('\n')[0] ?? text(unreachable.code)}): is the marketplace running? opem status tells.`,
    }
  }
  const known = chain.map((at) => foreign(text(at.message) ?? '')).find(Boolean)
  if (known) return known
  const refused = chain.map(refusedByContract).find(Boolean)
  if (refused) return refused
  if (first === undefined) return { code: 'ERR_UNEXPECTED', message: String(error) }
  const message = text(first.shortMessage) ?? text(first.message)?.split('\n')[0] ?? String(error)
  return { code: text(first.code)?.startsWith('ERR_') ? (first.code as string) : 'ERR_UNEXPECTED', message }
}

/**
 * Prints a failure and sets exit code 1: `ERR_CODE: sentence` on stderr, or one JSON object with --json.
 * @param json whether a machine asked
 */
export function reportFailure(error: unknown, json: boolean): void {
  const { code, message, details } = sayableOf(error)
  const plain = JSON.stringify({ error: { code, message, details } }, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
  process.stderr.write(json ? `${plain}\n` : `${code}: ${message}\n`)
  if (process.env.OPEM_DEBUG) process.stderr.write(`${error instanceof Error ? error.stack : ''}\n`)
  process.exitCode = 1
}

/** An error with a code and one sentence, for what a command itself refuses. */
export const refusal = (code: string, shortMessage: string, details?: Record<string, unknown>): OpemError =>
  new OpemError({ code, shortMessage, details })
