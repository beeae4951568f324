import { energyCommunityAbi, settlementAbi } from '@opem/contracts'
import { formatInstant } from '@opem/domain'
import type { Command } from 'commander'
import { openInstance, type Where, withWhere } from '../instance/instance.ts'
import { print } from '../print.ts'
import { readProfile, readProfiles } from './profile.ts'

export function listCommand(parent: Command): void {
  withWhere(
    parent
      .command('list')
      .description('All communities of this marketplace.')
      .option('--json', 'one JSON array for machines'),
  ).action(async (options: Where & { json?: boolean }) => {
    const { api } = await openInstance(options)
    const communities = (await readProfiles(api)).map(({ id, name, timeZone, periodSeconds, members }) => ({
      id,
      name,
      timeZone,
      periodSeconds,
      members: members.length,
    }))
    const seen = (members: number) =>
      members === 0 ? 'no members that you may see' : `${members} member${members === 1 ? '' : 's'}`
    const lines = communities.map(({ id, name, members }) => `${id}  ${name}, ${seen(members)}`)
    print(options, communities, lines.length > 0 ? lines : ['no communities yet: opem community create founds one'])
  })
}

/** Everything that the chain says about a community, beside its profile. */
export function showCommand(parent: Command): void {
  withWhere(
    parent
      .command('show')
      .description('One community: its profile, and what the chain says about it.')
      .requiredOption('--community <id>', 'its id (0x…) or its name')
      .option('--json', 'one JSON object for machines'),
  ).action(async (options: Where & { community: string; json?: boolean }) => {
    const { api, chain, contracts } = await openInstance(options)
    const profile = await readProfile(api, options.community)
    const community = { address: profile.id, abi: energyCommunityAbi } as const
    const settlement = { address: contracts.settlement, abi: settlementAbi, args: [profile.id] } as const
    const [administrator, historic, next, until] = await Promise.all([
      chain.readContract({ ...community, functionName: 'administrator' }),
      chain.readContract({ ...community, functionName: 'historic' }),
      chain.readContract({ ...settlement, functionName: 'nextPeriod' }),
      chain.readContract({ ...settlement, functionName: 'settlesUntil' }),
    ])
    const FOR_EVER = 2n ** 64n - 1n
    const onChain = {
      administrator: administrator.toLowerCase(),
      historic,
      nextPeriod: formatInstant(Number(next)),
      running: until > next,
      settlesUntil: until === FOR_EVER ? null : formatInstant(Number(until)),
    }
    print(options, { ...profile, ...onChain }, [
      `${profile.name}  ${profile.id}`,
      `${profile.timeZone}, periods of ${profile.periodSeconds} s, a batch per ${profile.batchPeriods === 'day' ? 'day' : 'period'}${historic ? ', historic' : ''}`,
      `administrator ${onChain.administrator}`,
      `${onChain.running ? 'running' : 'not running'}; next period to settle ${onChain.nextPeriod}${onChain.settlesUntil ? `, up to ${onChain.settlesUntil}` : ''}`,
      ...profile.rules.map(({ version, from, allocation }) => `rules ${version} from ${from}: ${allocation.key}`),
      ...profile.members.map(
        ({ id, name, account, meters }) =>
          `member ${name}  ${id}  account ${account}  meters ${meters.map(({ meter }) => meter).join(', ')}`,
      ),
    ])
  })
}
