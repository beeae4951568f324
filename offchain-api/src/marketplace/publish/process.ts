import { contentDigest } from '@opem/domain'
import { sha256 } from 'viem'
import { z } from 'zod'
import type { OperationalStore } from '../../operational/store.ts'
import { line, paragraphs } from './text.ts'

type Rows = OperationalStore['rows']

export const checklistItem = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'lower-case letters, digits and hyphens'),
  title: line(120),
  hint: line(500),
})
export type ChecklistItem = Readonly<z.output<typeof checklistItem>>

/** What the operator checks before a listing is approved (D2.3 5.4.7), until the operator says otherwise. */
export const USUAL_CHECKLIST: readonly ChecklistItem[] = [
  {
    id: 'description',
    title: 'The description is complete',
    hint: 'A reader who does not know the provider understands what it does, for whom, and where.',
  },
  {
    id: 'technical',
    title: 'Technical requirements are said',
    hint: 'Interfaces, formats, and what must be installed or reachable.',
  },
  { id: 'functional', title: 'Functional requirements are said', hint: 'What it gives, when, and what it does not.' },
  {
    id: 'non-functional',
    title: 'Non-functional requirements are said',
    hint: 'Availability, speed, limits, support.',
  },
  {
    id: 'contract',
    title: 'The contract is fair and clear',
    hint: 'Duties of both sides, how it ends, and how long before.',
  },
  { id: 'billing', title: 'Billing is complete', hint: 'Every plan says what is paid, how often and for what.' },
  {
    id: 'data-needed',
    title: 'Data needed is named',
    hint: 'No more than the service needs, with granularity and unit.',
  },
  { id: 'terms', title: 'Terms of use are there', hint: 'They do not contradict the contract or the law.' },
  {
    id: 'privacy',
    title: 'Privacy is answered',
    hint: 'Which personal data, what for, how long, given to whom; or that there is none.',
  },
]

export interface Checklist {
  /** 0: nobody has changed it yet. */
  readonly version: number
  readonly items: readonly ChecklistItem[]
}

/** The checklist in force. */
export async function checklistInForce(rows: Rows): Promise<Checklist> {
  const [found] = await rows<{ version: number; items: ChecklistItem[] }>(
    'SELECT version, items FROM market_checklists ORDER BY version DESC LIMIT 1',
  )
  return found ?? { version: 0, items: USUAL_CHECKLIST }
}

export const addChecklist = (rows: Rows, it: { items: readonly ChecklistItem[]; by: string; now: number }) =>
  rows(
    `INSERT INTO market_checklists (version, items, made_at, made_by)
     SELECT coalesce(max(version), 0) + 1, $1, $2, $3 FROM market_checklists`,
    [JSON.stringify(it.items), it.now, it.by],
  )

/** What a provider agrees to by publishing: the contract between provider and marketplace. */
export interface ProviderContract {
  readonly version: number
  readonly title: string
  readonly text: string
  /** `providerContract` on chain: of `{schema, version, title, text}` as canonical JSON, sha2-256. */
  readonly digest: `0x${string}`
}

export const providerContractText = z.strictObject({ title: line(120), text: paragraphs(60_000) })

const USUAL_CONTRACT = {
  title: 'Contract between service provider and marketplace',
  text: `1. The provider offers the listing as the approved document describes it, and keeps it true.
2. The marketplace shows the listing, lets users find and contract it, carries payments, and keeps the record of both.
3. The provider may provide what it lists, holds the rights it needs, and keeps the law on data and consumers.
4. The provider serves users with whom an agreement is in force as that agreement says, also after the listing is stopped.
5. The marketplace takes the fee that is in force when an agreement is concluded, and no other.
6. The provider may stop, start and remove the listing at any time. The marketplace may suspend it with a reason when it breaks this contract, and removes it for that reason only after the notice of its timelock.
7. A change of the listing is a new version, which is approved and signed again.
8. Either side may end this contract with 30 days of notice; agreements in force are served to their end.`,
}

/** What stands behind `providerContract` on chain. */
export const contractContent = ({ version, title, text }: Omit<ProviderContract, 'digest'>) => ({
  ...{ schema: 'opem/provider-contract/1', version, title, text },
})

const withDigest = (it: Omit<ProviderContract, 'digest'>): ProviderContract => ({
  ...it,
  digest: contentDigest(contractContent(it), sha256),
})

export const FIRST_PROVIDER_CONTRACT: ProviderContract = withDigest({ version: 0, ...USUAL_CONTRACT })

const COLUMNS = 'version, title, text, digest'

/** The provider contract in force. */
export const providerContractInForce = async (rows: Rows): Promise<ProviderContract> =>
  (
    await rows<ProviderContract & Record<string, unknown>>(
      `SELECT ${COLUMNS} FROM market_provider_contracts ORDER BY version DESC LIMIT 1`,
    )
  )[0] ?? FIRST_PROVIDER_CONTRACT

/** Any version that was ever in force, by its digest. */
export async function providerContractOf(rows: Rows, digest: string): Promise<ProviderContract | undefined> {
  if (digest === FIRST_PROVIDER_CONTRACT.digest) return FIRST_PROVIDER_CONTRACT
  const [found] = await rows<ProviderContract & Record<string, unknown>>(
    `SELECT ${COLUMNS} FROM market_provider_contracts WHERE digest = $1`,
    [digest],
  )
  return found
}

/** The next version; in a transaction of its own. */
export async function addProviderContract(
  rows: Rows,
  it: { title: string; text: string; by: string; now: number },
): Promise<ProviderContract> {
  const { version } = await providerContractInForce(rows)
  const next = withDigest({ version: version + 1, title: it.title, text: it.text })
  await rows(
    `INSERT INTO market_provider_contracts (version, title, text, digest, made_at, made_by) VALUES ($1, $2, $3, $4, $5, $6)`,
    [next.version, next.title, next.text, next.digest, it.now, it.by],
  )
  return next
}
