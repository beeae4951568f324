import type { PriceSeries, RulesDocument } from '@opem/domain'
import type { Command } from 'commander'
import { type Address, isAddress } from 'viem'
import { readCommunity } from '../chain/read-community.ts'
import { type Profile, readProfile } from '../community/profile.ts'
import { evidenceOfApi, evidenceOfFile } from '../evidence/source.ts'
import { sayableOf } from '../failure.ts'
import { type Instance, openInstance, type Where, withWhere } from '../instance/instance.ts'
import { readPrices } from '../instance/prices.ts'
import { rangeOf } from '../instance/range.ts'
import { print } from '../print.ts'
import { audit } from './audit.ts'
import { auditJson, auditLines } from './report.ts'

type Options = Where & { community: string; from?: string; to?: string; evidence?: string; json?: boolean }

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

/** `opem audit`: recomputes every balance; exit code 1, and the exact place, when one bit is not as it must be. */
export function auditCommand(program: Command): void {
  withWhere(
    program
      .command('audit')
      .summary('recompute every balance of a community from the chain')
      .description(
        'Reads the chain itself, holds the evidence against it, and recomputes roots, signatures, sums, split and money.',
      )
      .requiredOption('--community <id>', 'its id (0x…) or its name')
      .option('--from <instant>', 'first period (default: the first of all)')
      .option('--to <instant>', 'end of the last period (default: all)')
      .option('--evidence <file>', 'evidence kept with opem evidence (default: what the API keeps)')
      .option('--settlement <address>', 'settlement contract (default: this marketplace’s)')
      .option('--json', 'one JSON object for machines'),
  ).action(async (options: Options) => {
    const range = rangeOf(options)
    const instance = await openInstance(options)
    const { profile, rules, missing } = await documentsOf(instance, options)
    const community = (profile?.id ?? options.community.toLowerCase()) as Address
    const { chain: client, contracts, fromBlock, api } = instance
    const chain = await readCommunity(client, { settlement: contracts.settlement, community, fromBlock })
    const { view, batches } = chain
    const last = batches.at(-1)
    const until = last ? last.start + last.periods * view.periodSeconds : view.startsAt
    const bounded = { from: Math.max(range.from, view.startsAt), to: Math.min(range.to, until) }
    const inRange = batches.filter(
      ({ start, periods }) => start < bounded.to && start + periods * view.periodSeconds > bounded.from,
    )
    const evidence = options.evidence
      ? evidenceOfFile(options.evidence)
      : evidenceOfApi(api, community, view.periodSeconds, inRange, view.members.length)
    const prices: PriceSeries[] = profile ? await readPrices(api, rules, bounded.from, bounded.to) : []
    const result = await audit({ chain, evidence, rulesDocs: rules, prices, ...bounded })
    const name = profile ? `${profile.name} (${community})` : community
    const lines = auditLines(name, result)
    if (missing) process.stderr.write(`without the API, money and rules documents are not checked: ${missing}\n`)
    print(options, auditJson(community, result), lines)
    if (!result.ok) process.exitCode = 1
  })
}
