import { ALLOCATION_KEYS } from '../allocation/allocation.ts'
import type { Keccak256 } from '../commitment/bytes.ts'
import { formatInstant } from '../periods/instant.ts'
import type { RulesDocument } from '../rules/rules-document.ts'
import { rulesHash, rulesOnChain } from '../rules/rules-in-force.ts'
import type { Notes } from './notes.ts'
import type { ChainBatch, ChainRules, ChainView } from './types.ts'

const inForce = ({ rules }: ChainView, start: number): ChainRules | undefined =>
  rules.filter(({ from }) => from <= start).sort((a, b) => b.from - a.from || b.version - a.version)[0]

/** The document behind the version a batch was settled with, found by its hash on chain. */
export function documentOf(
  keccak: Keccak256,
  { rules }: ChainView,
  batch: ChainBatch,
  docs: readonly RulesDocument[],
): RulesDocument | undefined {
  const hash = rules.find(({ version }) => version === batch.rules)?.rulesHash.toLowerCase()
  return hash === undefined ? undefined : docs.find((doc) => rulesHash(keccak, doc) === hash)
}

/** The rule version was in force in every period, committed before it, and its document is what the chain says. */
export function checkRules(
  keccak: Keccak256,
  chain: ChainView,
  batch: ChainBatch,
  docs: readonly RulesDocument[],
  notes: Notes,
): void {
  for (let i = 0; i < batch.periods; i++) {
    const start = batch.start + i * chain.periodSeconds
    const version = inForce(chain, start)?.version
    if (version !== batch.rules)
      notes.period(start, 'AUDIT_RULES', 'rules', `version ${version ?? 'none'} in force`, `version ${batch.rules}`)
  }
  const committed = chain.rules.find(({ version }) => version === batch.rules)
  if (!committed) return
  // The first versions of a historic community are committed when it is founded, and the chain says so.
  const historic = chain.historic && committed.committedAt === chain.createdAt
  if (committed.committedAt > committed.from && !historic)
    notes.batch(
      'AUDIT_RULES_LATE',
      'rules.committedAt',
      `at or before ${formatInstant(committed.from)}`,
      formatInstant(committed.committedAt),
    )
  const doc = documentOf(keccak, chain, batch, docs)
  if (!doc) {
    // A plain key splits the same with any tariffs: only then does the split need no document.
    if (docs.length > 0 || !committed.plain)
      notes.batch(
        'AUDIT_RULES_DOCUMENT',
        'rulesHash',
        committed.rulesHash,
        docs.length === 0 ? 'no document' : docs.map((given) => rulesHash(keccak, given)).join(', '),
      )
    return
  }
  const told = rulesOnChain(doc)
  for (const field of ['key', 'plain', 'exact'] as const)
    if (told[field] !== committed[field])
      notes.batch('AUDIT_RULES', `rules.${field}`, show(field, told[field]), show(field, committed[field]))
  if (told.from !== BigInt(committed.from))
    notes.batch('AUDIT_RULES', 'rules.from', doc.from, formatInstant(committed.from))
}

const show = (field: string, value: number | boolean): string =>
  field === 'key' ? (ALLOCATION_KEYS[Number(value)] ?? String(value)) : String(value)
