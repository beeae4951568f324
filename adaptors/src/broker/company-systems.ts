import { type BrokerSystem, lookUp, type Systems, systemsIn } from './systems.ts'

export interface CompanySystemsOptions {
  /** unified API, without `/v1` */
  readonly apiUrl: string
  /** signs with the broker's own system key */
  readonly fetch: typeof fetch
  /** ms between two questions; a revoked system is refused that much later at most */
  readonly every?: number
  /** ms for which an answer holds when the API is away; then no company's system is known */
  readonly keepFor?: number
  readonly log?: (line: string) => void
}

const EVERY_MS = 2_000
/** As long as a token may live: who was let in just before the API went away would be let in as long anyway. */
const KEEP_MS = 600_000
const TIMEOUT_MS = 5_000

/**
 * The systems that companies configured at the API, asked for again and again. While the API is away the last answer
 * holds, so that meters go on being heard when it restarts; not for ever, so that a revocation comes through.
 */
export function openCompanySystems({
  apiUrl,
  fetch: ask,
  every = EVERY_MS,
  keepFor = KEEP_MS,
  log = () => {},
}: CompanySystemsOptions): Systems & { readonly asked: Promise<void> } {
  let known = lookUp([])
  let answeredAt = 0
  let failed = false
  let timer: NodeJS.Timeout | undefined
  let closed = false
  const read = async () => {
    try {
      const response = await ask(`${apiUrl}/v1/systems`, { signal: AbortSignal.timeout(TIMEOUT_MS) })
      if (!response.ok) throw new Error(`the API answered ${response.status}`)
      known = lookUp(systemsIn(((await response.json()) as { systems?: unknown }).systems, { own: false }))
      answeredAt = Date.now()
      if (failed) log('the systems of companies are known again')
      failed = false
    } catch (error) {
      if (!failed) log(`the systems of companies cannot be asked for now: ${(error as Error).message}`)
      failed = true
    }
    if (!closed) timer = setTimeout(() => void read(), every)
  }
  const whileItHolds = (find: () => BrokerSystem | undefined) =>
    Date.now() - answeredAt <= keepFor ? find() : undefined
  return {
    asked: read(),
    byId: (id) => whileItHolds(() => known.byId(id)),
    byCertificate: (sha256) => whileItHolds(() => known.byCertificate(sha256)),
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}
