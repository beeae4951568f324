import type { Hex } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import type { Chain } from '../../unified-api/chain/chain.ts'
import { addressOf, type Caller, type Person } from '../caller/caller.ts'
import { NO_RELATIONS, type Relations } from './judge.ts'

/** Addresses in whose name a person acts: their own, and the company's for its administrator. */
export function addressesOf(person: Person): string[] {
  const dids = person.companyAdministrator ? [person.did, person.accountDid] : [person.did]
  return [...new Set(dids.flatMap((did) => addressOf(did) ?? []))]
}

/**
 * What a caller is to a community: its administrator as the chain says now, an auditor that the administrator named, a
 * member by the account that joined. @throws ERR_CHAIN_AWAY (retryable): who cannot be asked about is not let in
 */
export async function relationsOf(
  { store, chain }: { store: OperationalStore; chain: Chain },
  caller: Caller,
  community: string,
): Promise<Relations> {
  if (caller.kind !== 'person') return NO_RELATIONS
  const addresses = addressesOf(caller)
  const [administrator, auditors, members] = await Promise.all([
    addresses.length === 0 ? undefined : chain.administratorOf(community as Hex),
    store.rows('SELECT 1 FROM community_auditors WHERE community = $1 AND did = ANY($2)', [
      community,
      [caller.did, caller.accountDid],
    ]),
    store.rows<{ id: string }>('SELECT id FROM members WHERE community = $1 AND account = ANY($2) ORDER BY id', [
      community,
      addresses,
    ]),
  ])
  return {
    administrator: administrator !== undefined && addresses.includes(administrator),
    auditor: auditors.length > 0,
    members: members.map(({ id }) => id),
  }
}

/** Meters of a person's own memberships, in all communities. */
export const metersOfPerson = async (store: OperationalStore, person: Person): Promise<string[]> =>
  (
    await store.rows<{ meter: string }>(
      `SELECT DISTINCT t.meter FROM meters t JOIN members m ON m.community = t.community AND m.id = t.member
       WHERE m.account = ANY($1)`,
      [addressesOf(person)],
    )
  ).map(({ meter }) => meter)
