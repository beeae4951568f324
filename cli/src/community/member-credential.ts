import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { energyCommunityAbi } from '@opem/contracts'
import type { Command } from 'commander'
import type { Hex, LocalAccount } from 'viem'
import { refusal } from '../failure.ts'
import { type Instance, openInstance, type Where, withWhere } from '../instance/instance.ts'
import { print } from '../print.ts'
import { parseExpiry } from '../wallet/format.ts'
import { keyFileOf } from '../wallet/names.ts'
import { memberOf, type Profile, readProfile } from './profile.ts'
import { administratorWallet, type Who, withWho } from './wallets.ts'

type Options = Where &
  Who & { community: string; member?: string; wallet?: string; expires: string; out: string; json?: boolean }

interface Issued {
  readonly member: Hex
  readonly name: string
  readonly subject: string
  readonly path: string
}

/**
 * The administrator says who is a member: Member credentials for one, or for everybody who has not left, to be handed over.
 * An administrator whose wallet signs typed data only has said so by the transaction with which the member joined.
 */
export const memberCredentialCommand = (parent: Command): void => {
  withWhere(
    withWho(
      parent
        .command('member-credential')
        .summary('issues Member credentials')
        .description(
          'Issues Member credentials to the accounts of members, after asking the chain. A member takes theirs with opem wallet accept NAME FILE.',
        )
        .requiredOption('--community <id>', 'its id (0x…) or its name')
        .option('--member <id>', "a member's id (0x…) or name (default: everybody who has not left)")
        .option('--wallet <name>', "the administrator's key file, by its name in OPEM_HOME/keys")
        .option('--expires <when>', 'days like 365d, or the last day like 2027-06-30', '365d')
        .requiredOption(
          '--out <file>',
          'the credential, mode 600; without --member a folder, with one file for each member',
        )
        .option('--json', 'one JSON object for machines'),
    ),
  ).action(async ({ wallet, ...options }: Options) => {
    const instance = await openInstance(options)
    const profile = await readProfile(instance.api, options.community)
    const signer = await administratorWallet(instance, { ...options, ...(wallet && { key: keyFileOf(wallet) }) })
    await checkAdministrator(instance, profile, signer)
    const { timestamp } = await instance.chain.getBlock()
    const now = Math.max(Math.floor(Date.now() / 1000), Number(timestamp))
    const wanted = options.member === undefined ? profile.members : [memberOf(profile, options.member)]
    const standingOf = await standings(instance, profile, now)
    const issued: Issued[] = []
    for (const { id: member, name } of wanted) {
      const standing = standingOf(member)
      if ('why' in standing) {
        if (options.member === undefined) continue
        throw refusal('ERR_MEMBER', `${name} ${standing.why}: Member credentials are for members.`)
      }
      const path = options.member === undefined ? join(options.out, `${member}.jwt`) : options.out
      const { jwt, subject } = await issue(instance, profile, signer, {
        ...{ member, account: standing.account, expiresAt: parseExpiry(options.expires, now) },
      })
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, `${jwt}\n`, { mode: 0o600 })
      issued.push({ member, name, subject, path })
    }
    print(
      options,
      { community: profile.id, issued },
      issued.length === 0
        ? [`${profile.name} has no members yet`]
        : issued.map(({ name, path }) => `MemberCredential of ${name} is in ${path}`),
    )
  })
}

async function checkAdministrator({ chain }: Instance, { id, name }: Profile, { address }: LocalAccount) {
  const community = { address: id, abi: energyCommunityAbi } as const
  const administrator = await chain.readContract({ ...community, functionName: 'administrator' })
  if (administrator.toLowerCase() === address.toLowerCase()) return
  throw refusal(
    'ERR_ADMINISTRATOR',
    `${address.toLowerCase()} does not administer ${name}: ${administrator.toLowerCase()} does, and nobody takes Member credentials of others.`,
  )
}

/** The account with which a member joined, as the chain says, or why there is none. */
type Standing = { readonly account: Hex } | { readonly why: string }

/** @param now epoch seconds */
async function standings({ chain }: Instance, { id }: Profile, now: number): Promise<(member: Hex) => Standing> {
  const community = { address: id, abi: energyCommunityAbi } as const
  const many = await chain.readContract({ ...community, functionName: 'memberCount' })
  const all = await chain.readContract({ ...community, functionName: 'members', args: [0n, many] })
  const known = new Map(all.map((one) => [one.member.toLowerCase(), one]))
  return (member) => {
    const found = known.get(member)
    if (found === undefined) return { why: 'has not joined on the chain' }
    return found.until > BigInt(now) ? { account: found.account.toLowerCase() as Hex } : { why: 'has left' }
  }
}

async function issue(
  { chainId }: Instance,
  { id }: Profile,
  signer: LocalAccount,
  { member, account, expiresAt }: { member: Hex; account: Hex; expiresAt: number },
) {
  // Loads credentials only where one is issued.
  const [{ issueCredential }, { didOfAddress }] = await Promise.all([
    import('@opem/ssi/credential'),
    import('@opem/ssi/did'),
  ])
  const subject = didOfAddress(chainId, account)
  const jwt = await issueCredential({
    ...{ issuer: didOfAddress(chainId, signer.address), type: 'MemberCredential', subject },
    ...{ signer: { sign: (it) => signer.sign!(it) }, claims: { community: id, member }, expiresAt },
  })
  return { jwt, subject }
}
