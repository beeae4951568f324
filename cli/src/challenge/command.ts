import { formatInstant } from '@opem/domain'
import type { Command } from 'commander'
import { type Address, formatEther } from 'viem'
import { readCommunity } from '../chain/read-community.ts'
import { readProfile } from '../community/profile.ts'
import { type Who, walletOf, withWho } from '../community/wallets.ts'
import { evidenceOfApi, evidenceOfFile } from '../evidence/source.ts'
import { openInstance, type Where, withWhere } from '../instance/instance.ts'
import { rangeOf } from '../instance/range.ts'
import { print } from '../print.ts'
import { challengeBatch, claimReward, type Fallen } from './challenge.ts'

type Options = Where & Who & { community: string; from?: string; to?: string; evidence?: string; json?: boolean }

/**
 * `opem challenge`: shows the contract what is provably wrong in settled batches; each falls, the bonds of who signed are
 * taken, and the challenger's reward is claimed. Exit code 1 when nothing could be shown.
 */
export function challengeCommand(program: Command): void {
  withWhere(
    withWho(
      program
        .command('challenge')
        .summary('show the contract a wrong sum or split: the batch falls')
        .description(
          'Recomputes settled batches from their evidence and gives the contract the books of a period with a wrong count, sum, bound or even split.',
        )
        .requiredOption('--community <id>', 'its id (0x…) or its name')
        .option('--from <instant>', 'first period (default: the first of all)')
        .option('--to <instant>', 'end of the last period (default: all)')
        .option('--evidence <file>', 'evidence kept with opem evidence (default: what the API keeps)')
        .option('--settlement <address>', 'settlement contract (default: this marketplace’s)')
        .option('--json', 'one JSON object for machines'),
    ),
  ).action(async (options: Options) => {
    const { from, to } = rangeOf(options)
    const instance = await openInstance(options)
    const challenger = await walletOf(instance, options, 'the challenger (--key, --development)')
    const { id, name } = await readProfile(instance.api, options.community)
    const { settlement } = instance.contracts
    const where = { settlement, community: id as Address, fromBlock: instance.fromBlock }
    const { view, batches } = await readCommunity(instance.chain, where)
    const wanted = batches.filter(
      ({ start, periods, fallen }) => !fallen && start < to && start + periods * view.periodSeconds > from,
    )
    const pieces = options.evidence
      ? evidenceOfFile(options.evidence)
      : evidenceOfApi(instance.api, id, view.periodSeconds, wanted, view.members.length)

    const fell: Fallen[] = []
    for await (const piece of pieces) {
      if (!('batch' in piece)) continue
      const batch = wanted.find(
        ({ start, revision }) => start === piece.batch.start && revision === piece.batch.revision,
      )
      if (batch === undefined) continue
      const fallen = await challengeBatch(instance.chain, challenger, {
        settlement,
        view,
        batch,
        evidence: piece.batch,
      })
      if (fallen) fell.push(fallen)
    }
    const reward = await claimReward(instance.chain, challenger, settlement)
    const lines = fell.map(
      ({ start, revision, period, fault }) =>
        `the batch of ${formatInstant(start)}, revision ${revision}, fell: ${fault} at ${formatInstant(period)}`,
    )
    const result = { community: id, challenger: challenger.address.toLowerCase(), fell, rewardWei: reward.toString() }
    print(options, result, [
      ...lines,
      fell.length === 0
        ? `nothing in ${wanted.length} batches of ${name} can be shown wrong on chain`
        : `${fell.length} of ${wanted.length} batches of ${name} fell; ${formatEther(reward)} ether of bonds claimed`,
    ])
    if (fell.length === 0) process.exitCode = 1
  })
}
