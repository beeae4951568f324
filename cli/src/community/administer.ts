import { energyCommunityAbi, settlementAbi } from '@opem/contracts'
import { formatInstant, rulesFrom } from '@opem/domain'
import type { Command } from 'commander'
import type { LocalAccount } from 'viem'
import { type Instance, openInstance, type Where, withWhere } from '../instance/instance.ts'
import { instantOf } from '../instance/range.ts'
import { print } from '../print.ts'
import { readCredentials, readJson, readMember, rulesWithIds } from './community-file.ts'
import { dataSourcesFor } from './data-sources.ts'
import { ruleVersion } from './found.ts'
import { candidate, joinMembers } from './members.ts'
import { type Profile, readProfile } from './profile.ts'
import { runningCalls } from './running.ts'
import { call, send, sendAll } from './transactions.ts'
import { administratorWallet, type Who, walletOf, withWho } from './wallets.ts'

type Options = Where & Who & { community: string; json?: boolean }

interface Acting {
  readonly instance: Instance
  readonly administrator: LocalAccount
  readonly profile: Profile
}

/**
 * A verb of a community's administrator: finds the community and the wallet, then acts.
 * @param describe adds the verb's own options
 */
function administering<T extends Options>(
  parent: Command,
  name: string,
  description: string,
  describe: (command: Command) => Command,
  act: (acting: Acting, options: T) => Promise<void>,
): void {
  const command = parent
    .command(name)
    .description(description)
    .requiredOption('--community <id>', 'its id (0x…) or its name')
  withWhere(withWho(describe(command).option('--json', 'one JSON object for machines'))).action(async (options: T) => {
    const instance = await openInstance(options)
    const profile = await readProfile(instance.api, options.community)
    await act({ instance, profile, administrator: await administratorWallet(instance, options) }, options)
  })
}

/** The first period that can still be joined: the next unsettled one, and not in the past unless all of it is historic. */
async function earliestJoin({ chain, contracts }: Instance, { id, periodSeconds }: Profile): Promise<number> {
  const [next, historic, { timestamp }] = await Promise.all([
    chain.readContract({ address: contracts.settlement, abi: settlementAbi, functionName: 'nextPeriod', args: [id] }),
    chain.readContract({ address: id, abi: energyCommunityAbi, functionName: 'historic' }),
    chain.getBlock(),
  ])
  if (historic) return Number(next)
  const now = (Math.floor(Number(timestamp) / periodSeconds) + 1) * periodSeconds
  return Math.max(Number(next), now)
}

type AddMember = Options & {
  name: string
  meter: string[]
  participation: string
  from?: string
  memberKey?: string
  memberDevelopment?: string
  dataSource?: string[]
}

export const addMemberCommand = (parent: Command): void =>
  administering<AddMember>(
    parent,
    'add-member',
    'Adds a member, who consents with an own key.',
    (command) =>
      command
        .requiredOption('--name <name>', "the member's name, kept off the chain")
        .requiredOption('--meter <id...>', 'meter ids')
        .option('--participation <percent>', 'part of the meters’ energy that takes part', '100')
        .option('--from <instant>', 'first period (default: the first that can still be joined)')
        .option('--member-key <file>', "the member's key file")
        .option('--member-development <index>', 'the member is a wallet of the development words')
        .option('--data-source <file...>', 'Data-source credentials of the meters, one in each file'),
    async ({ instance, administrator, profile }, options) => {
      const from =
        options.from === undefined ? await earliestJoin(instance, profile) : instantOf('--from', options.from)
      const participation = Number(options.participation)
      const member = readMember({
        name: options.name,
        meters: options.meter.map((meter) => ({ meter, participation })),
        ...(options.dataSource && { dataSources: await readCredentials(options.dataSource) }),
      })
      const { memberKey: key, memberDevelopment: development } = options
      const wallet = await walletOf(
        instance,
        { ...(key && { key }), ...(development && { development }) },
        `the member ${options.name}`,
      )
      const joining = candidate(member, wallet)
      const dataSources = dataSourcesFor(instance, development ? { development } : options)
      await joinMembers(instance, administrator, profile.id, [joining], from, dataSources)
      print(options, { member: joining.id, account: wallet.address.toLowerCase(), from: formatInstant(from) }, [
        `${options.name} is a member of ${profile.name} from ${formatInstant(from)}: ${joining.id}`,
      ])
    },
  )

export const commitRulesCommand = (parent: Command): void =>
  administering<Options & { file: string }>(
    parent,
    'commit-rules',
    'Commits the next version of the rules ahead of its first period.',
    (command) => command.requiredOption('--file <file>', 'rules document (members by name or id)'),
    async ({ instance, administrator, profile }, options) => {
      const ids = new Map(profile.members.map(({ name, id }) => [name, id]))
      const rules = rulesWithIds(await readJson(options.file), ids)
      const version = ruleVersion(rules)
      await send(instance.chain, administrator, call(profile.id, energyCommunityAbi, 'commitRules', [version]))
      await instance.api.post(`/v1/communities/${profile.id}/rules`, rules)
      print(options, { version: rules.version, from: rules.from, rulesHash: version.rulesHash }, [
        `version ${rules.version} of ${profile.name}'s rules is committed, in force from ${formatInstant(rulesFrom(rules))}`,
      ])
    },
  )

export const startCommand = (parent: Command): void =>
  administering<Options & { until?: string }>(
    parent,
    'start',
    'Starts settlement at the next unsettled period, or resumes it.',
    (command) => command.option('--until <instant>', 'stop there at once: only the periods before it are settled'),
    async ({ instance, administrator, profile }, options) => {
      const until = options.until === undefined ? undefined : instantOf('--until', options.until)
      await sendAll(instance.chain, administrator, runningCalls(profile.id, until))
      print(
        options,
        { community: profile.id, running: true, ...(until !== undefined && { until: formatInstant(until) }) },
        [`settlement of ${profile.name} is running${until === undefined ? '' : ` up to ${formatInstant(until)}`}`],
      )
    },
  )

export const stopCommand = (parent: Command): void =>
  administering<Options & { at: string }>(
    parent,
    'stop',
    'Stops settlement: no period from then on is settled.',
    (command) => command.requiredOption('--at <instant>', 'a period boundary that is not settled yet'),
    async ({ instance, administrator, profile }, options) => {
      const at = instantOf('--at', options.at)
      await send(instance.chain, administrator, call(profile.id, energyCommunityAbi, 'stop', [BigInt(at)]))
      print(options, { community: profile.id, stopsAt: formatInstant(at) }, [
        `settlement of ${profile.name} stops at ${formatInstant(at)}`,
      ])
    },
  )
