import type { ChainBatch, RulesDocument } from '@opem/domain'
import type { Command } from 'commander'
import { type Address, isAddress } from 'viem'
import { type CommunityOnChain, nowOf, readCommunity } from '../chain/read-community.ts'
import { type Profile, readProfile } from '../community/profile.ts'
import { adjustmentsOfApi, evidenceOfApi, evidenceOfFile, type Piece } from '../evidence/source.ts'
import { refusal, sayableOf } from '../failure.ts'
import { type Instance, openInstance, type Where, withWhere } from '../instance/instance.ts'
import { readPrices, seriesIn } from '../instance/prices.ts'
import { rangeOf } from '../instance/range.ts'
import { readCheckedPrices } from '../prices/checked-prices.ts'
import { print } from '../print.ts'
import { type Audit, audit } from './audit.ts'
import { auditJson, auditLines } from './report.ts'
import { auditStatementFile, statementLines } from './statement-file.ts'

type Options = Where & { community: string; from?: string; to?: string; evidence?: string; json?: boolean }
type Given = Omit<Options, 'community'> & { community?: string; statement?: string }

/** A statement file names its community and month itself. */
async function auditFile(options: Given, path: string): Promise<void> {
  const result = await auditStatementFile(await openInstance(options), path)
  const ok = result.findings.length === 0
  print(options, { ok, ...result }, statementLines(result))
  if (!ok) process.exitCode = 1
}

/** The documents behind the rules and the prices they name; with evidence in a file the audit goes on without an API. */
async function documentsOf(
  { api }: Instance,
  { community, evidence }: Options,
): Promise<{ profile?: Profile; rules: readonly RulesDocument[]; missing?: string }> {
  try {
    const profile = await readProfile(api, community)
    return { profile, rules: profile.rules }
  } catch (error) {
    if (evidence === undefined || !isAddress(community, { strict: false })) throw error
    return { rules: [], missing: sayableOf(error).message }
  }
}

type Documents = { readonly profile: Profile | undefined; readonly rules: readonly RulesDocument[] }

async function* both(batches: AsyncIterable<Piece>, adjustments: AsyncIterable<Piece>): AsyncGenerator<Piece> {
  yield* batches
  yield* adjustments
}

/** Audits the part of the range that the chain has settled. */
async function auditRange(
  instance: Instance,
  chain: CommunityOnChain,
  { evidence: file }: Options,
  { profile, rules }: Documents,
  range: { readonly from: number; readonly to: number },
): Promise<Audit> {
  const { api } = instance
  const { view, batches } = chain
  const endOf = ({ start, periods }: ChainBatch) => start + periods * view.periodSeconds
  const last = batches.at(-1)
  const from = Math.max(range.from, view.startsAt)
  const to = Math.min(range.to, last ? endOf(last) : view.startsAt)
  const inRange = batches.filter((batch) => batch.start < to && endOf(batch) > from)
  const evidence = file
    ? evidenceOfFile(file)
    : both(
        evidenceOfApi(api, view.community, view.periodSeconds, inRange, view.members.length),
        adjustmentsOfApi(api, view.community, { from, to }),
      )
  const prices = profile ? await readPrices(api, seriesIn(rules), from, to) : []
  const committedPrices = profile ? await readCheckedPrices(instance, rules, { from, to }) : []
  const asked = { from, to, now: nowOf(chain), timeZone: profile?.timeZone }
  return audit({ chain, evidence, rulesDocs: rules, prices, committedPrices, ...asked })
}

/**
 * A correction may be settled between reading the chain and reading the evidence: what is not sound is judged again while
 * the chain has moved on meanwhile.
 */
async function steadily(
  { chain: client, contracts, fromBlock }: Instance,
  community: Address,
  work: (chain: CommunityOnChain) => Promise<Audit>,
): Promise<Audit> {
  const read = () => readCommunity(client, { settlement: contracts.settlement, community, fromBlock })
  const state = ({ batches }: CommunityOnChain) => batches.map(({ start, revision }) => `${start} ${revision}`).join()
  let chain = await read()
  for (;;) {
    const result = await work(chain)
    if (result.ok) return result
    const now = await read()
    if (state(now) === state(chain)) return result
    chain = now
  }
}

/** `opem audit`: recomputes every balance; exit code 1, and the exact place, when one bit is not as it must be. */
export function auditCommand(program: Command): void {
  withWhere(
    program
      .command('audit')
      .summary('recompute every balance of a community from the chain')
      .description(
        'Reads the chain itself, holds the evidence against it, and recomputes roots, signatures, sums, split and money.',
      )
      .option('--community <id>', 'its id (0x…) or its name')
      .option('--from <instant>', 'first period (default: the first of all)')
      .option('--to <instant>', 'end of the last period (default: all)')
      .option('--evidence <file>', 'evidence kept with opem evidence (default: what the API keeps)')
      .option('--statement <file>', 'a statement file (JSON) to check instead; it names community and month')
      .option('--settlement <address>', 'settlement contract (default: this marketplace’s)')
      .option('--json', 'one JSON object for machines'),
  ).action(async ({ community: wanted, ...given }: Given) => {
    if (given.statement !== undefined) return auditFile(given, given.statement)
    if (wanted === undefined)
      throw refusal('ERR_COMMUNITY', 'Audit what? Give --community <id> (an id or a name), or --statement <file>.')
    const options: Options = { ...given, community: wanted }
    const range = rangeOf(options)
    const instance = await openInstance(options)
    const { profile, rules, missing } = await documentsOf(instance, options)
    const community = (profile?.id ?? options.community.toLowerCase()) as Address
    const result = await steadily(instance, community, (chain) =>
      auditRange(instance, chain, options, { profile, rules }, range),
    )
    const name = profile ? `${profile.name} (${community})` : community
    const lines = auditLines(name, result)
    if (missing) process.stderr.write(`without the API, money and rules documents are not checked: ${missing}\n`)
    print(options, auditJson(community, result), lines)
    if (!result.ok || result.periods.length === 0) process.exitCode = 1
  })
}
