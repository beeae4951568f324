import { accountRegistryAbi, revocationRegistryAbi } from '@opem/contracts'
import { type Hex, rolesOfBits } from '@opem/domain'
import { credentialIdOf } from '@opem/ssi/credential'
import type { PublicClient } from 'viem'
import type { OperationalStore } from '../../operational/store.ts'
import { type Rounds, startRounds } from '../../rounds.ts'
import { changeStatus, lockAccount, storeRoles } from '../accounts/accounts.ts'
import type { ChainAccount } from '../identity.ts'
import { withdrawRevoked } from '../meter-authorisation/authorisations.ts'
import { endSessionsOfAccount } from '../session/sessions.ts'

const POLL_MS = 1000
const MOST_BLOCKS = 2000n
const CURSOR = 'registries'

type Rows = OperationalStore['rows']

export interface Watched {
  readonly client: PublicClient
  readonly chainId: number
  readonly accounts: Hex
  readonly revocations: Hex
  accountOn(account: Hex): Promise<ChainAccount>
  /** Nothing of ours is in an earlier block. */
  readonly block: number
}

/**
 * Mirrors what the registries say, whoever said it there: a revoked credential ends its sessions and the use of meters,
 * a suspended account is suspended here. Where it has got to stands in the store, so that a restart misses nothing.
 */
export function watchRegistries({
  store,
  watched,
  now,
  log,
}: {
  readonly store: OperationalStore
  readonly watched: () => Promise<Watched>
  readonly now: () => number
  readonly log: (line: string) => void
}): Rounds {
  async function round(): Promise<void> {
    const { client, chainId, accounts, revocations, accountOn, block } = await watched()
    const [cursor] = await store.rows<{ block: string }>('SELECT block FROM chain_cursors WHERE name = $1', [CURSOR])
    const newest = await client.getBlockNumber()
    // A chain that is younger than the mirror was begun anew.
    const known = cursor && BigInt(cursor.block) <= newest ? BigInt(cursor.block) + 1n : BigInt(block)
    if (known > newest) return
    const toBlock = newest - known > MOST_BLOCKS ? known + MOST_BLOCKS : newest
    const range = { fromBlock: known, toBlock, strict: true } as const
    const [changed, revoked] = await Promise.all([
      client.getContractEvents({ ...range, address: accounts, abi: accountRegistryAbi }),
      client.getContractEvents({
        ...range,
        address: revocations,
        abi: revocationRegistryAbi,
        eventName: 'CredentialRevoked',
      }),
    ])
    // Events of the proxy itself name no account.
    const touched = new Set((changed as AccountEvent[]).flatMap(({ args }) => args.account ?? []))
    const states = await Promise.all([...touched].map(async (account) => [account, await accountOn(account)] as const))
    await store.transaction(async (rows) => {
      for (const [account, state] of states) await mirror(rows, account, state, now())
      for (const { args } of revoked)
        await mirrorRevocation(
          rows,
          `did:ethr:0x${chainId.toString(16)}:${args.issuer.toLowerCase()}`,
          args.credentialId,
          now(),
        )
      await rows(
        `INSERT INTO chain_cursors (name, block) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET block = excluded.block`,
        [CURSOR, toBlock],
      )
    })
  }

  // Sign-ins and renewals ask the chain themselves while it is away here.
  return startRounds({ what: 'registries', round, everyMs: POLL_MS, log })
}

interface AccountEvent {
  readonly args: { readonly account?: Hex }
}

/** What the chain says now counts, not what it said on the way there; how an account opens is followed by the outbox. */
async function mirror(rows: Rows, account: Hex, { status, roles }: ChainAccount, now: number): Promise<void> {
  await lockAccount(rows, account)
  const because = `the account is ${status} on the chain`
  switch (status) {
    case 'suspended':
      if (await changeStatus(rows, { account, from: ['active'], to: 'suspended', reason: null }))
        await endSessionsOfAccount(rows, { account, now, because })
      break
    case 'revoked':
      if (await changeStatus(rows, { account, from: ['pending', 'active', 'suspended'], to: 'revoked', reason: null }))
        await endSessionsOfAccount(rows, { account, now, because })
      return
    case 'active':
      // A suspension that the chain has not heard of yet stands.
      if (!(await isUnderWay(rows, account)))
        await changeStatus(rows, { account, from: ['suspended'], to: 'active', reason: null })
      break
    case 'none':
    case 'pending':
      return
    default:
      return status satisfies never
  }
  if (!(await isUnderWay(rows, account))) await storeRoles(rows, account, rolesOfBits(roles))
}

const isUnderWay = async (rows: Rows, account: Hex): Promise<boolean> =>
  (await rows(`SELECT 1 FROM chain_calls WHERE account = $1 AND state IN ('wanted', 'signed') LIMIT 1`, [account]))
    .length > 0

async function mirrorRevocation(rows: Rows, issuer: string, credentialId: Hex, now: number): Promise<void> {
  const live = await rows<{ id: string; jti: string }>(
    'SELECT id, credential_jti AS jti FROM sessions WHERE ended_at IS NULL AND credential_issuer = $1',
    [issuer],
  )
  const ended = live.filter(({ jti }) => credentialIdOf(jti) === credentialId).map(({ id }) => id)
  if (ended.length > 0)
    await rows('UPDATE sessions SET ended_at = $2, ended_because = $3 WHERE id = ANY($1)', [
      ended,
      now,
      'the Representative credential was revoked',
    ])
  const standing = await rows<{ jti: string }>(
    'SELECT DISTINCT credential_jti AS jti FROM meter_authorisations WHERE ends IS NULL AND issuer = $1',
    [issuer],
  )
  for (const { jti } of standing)
    if (credentialIdOf(jti) === credentialId) await withdrawRevoked(rows, jti, issuer, now)
}
