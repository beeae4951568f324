import type { Command } from 'commander'
import { openInstance, type Where, withWhere } from '../instance/instance.ts'
import { print } from '../print.ts'
import { addMemberCommand, commitRulesCommand, startCommand, stopCommand } from './administer.ts'
import { readCommunityFile } from './community-file.ts'
import { dataSourcesFor } from './data-sources.ts'
import { foundCommunity } from './found.ts'
import { memberCredentialCommand } from './member-credential.ts'
import { authoriseMeterCommand, withdrawMeterCommand } from './meter-authorisation.ts'
import { listCommand, showCommand } from './read.ts'
import { administratorWallet, memberWallet, type Who, withWho } from './wallets.ts'

/** `opem community …`: found a community and administer it, each action through the chain and the API. */
export function communityCommand(program: Command): void {
  const community = program
    .command('community')
    .summary('found and administer communities')
    .description('Founds a community and administers it: every action is a transaction of its administrator.')
  withWhere(
    withWho(
      community
        .command('create')
        .description('Founds a community out of a JSON file, with its members, each consenting with an own key.')
        .requiredOption('--file <file>', 'name, timeZone, periodSeconds, batchPeriods, startsAt, rules, members …')
        .option('--start', 'start settlement at once')
        .option('--json', 'one JSON object for machines'),
    ),
  ).action(async (options: Where & Who & { file: string; start?: boolean; json?: boolean }) => {
    const wanted = await readCommunityFile(options.file)
    const instance = await openInstance(options)
    const administrator = await administratorWallet(instance, options)
    const walletOf = (member: (typeof wanted.members)[number], place: number) =>
      memberWallet(instance, options, member, place)
    const founded = await foundCommunity(instance, administrator, wanted, walletOf, {
      start: options.start === true,
      dataSources: dataSourcesFor(instance, options),
    })
    print(options, founded, [
      `founded ${founded.name}: ${founded.id}`,
      `${founded.members.length} members joined; ${founded.started ? 'settlement is running' : 'start it with opem community start'}`,
    ])
  })
  addMemberCommand(community)
  memberCredentialCommand(community)
  commitRulesCommand(community)
  startCommand(community)
  stopCommand(community)
  authoriseMeterCommand(community)
  withdrawMeterCommand(community)
  listCommand(community)
  showCommand(community)
}
