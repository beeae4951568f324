import { formatInstant, type Hex } from '@opem/domain'
import { sha256, toBytes } from 'viem'
import { z } from 'zod'
import { addressOf, type Caller } from '../../access/caller/caller.ts'
import { noteAction } from '../../marketplace/audit-log/note.ts'
import { accessList, assign, changePolicy, revoke } from '../../marketplace/manage/access-list.ts'
import { policyOf, policyShape } from '../../marketplace/manage/policy.ts'
import { type Draft, readDraft } from '../../marketplace/publish/drafts.ts'
import { actorOf, ownDraft, unknownListing } from '../../marketplace/publish/owner.ts'
import { line } from '../../marketplace/publish/text.ts'
import { Refusal } from '../problem.ts'
import { type Access, defineRoute } from '../route.ts'
import { type Services, seconds } from '../services.ts'
import { address, bytes32, count, instantText, whole } from '../shapes.ts'
import { chainShape, kindOf, listingParams, titleOf } from './market-shapes.ts'

const managed = z
  .object({
    listing: bytes32,
    title: z.string().nullable(),
    kind: z.string(),
    chain: chainShape,
    yours: z.boolean().meta({ description: 'false for whom it is offered to, and for the operator' }),
    owner: z.object({ address, name: z.string() }),
    offeredTo: z.object({ address, name: z.string().nullable(), you: z.boolean() }).nullable(),
    policy: policyShape.extend({ revision: count }),
    access: z.array(z.object({ account: bytes32, did: z.string(), name: z.string().nullable(), addedAt: instantText })),
  })
  .meta({ id: 'ManagedListing' })

/** The provider's, the operator's, and in part theirs to whom it is offered. */
async function sight({ store }: Services, caller: Caller, listing: string) {
  const { person, account } = actorOf(caller)
  const draft = await readDraft(store.rows, listing)
  const [{ offeredTo } = { offeredTo: null }] = await store.rows<{ offeredTo: Hex | null }>(
    'SELECT offered_to AS "offeredTo" FROM market_listings WHERE listing = $1',
    [listing],
  )
  const offered = offeredTo !== null && offeredTo === addressOf(person.accountDid)
  const yours = draft?.account === account
  if (draft === undefined || !(yours || offered || person.operator)) throw unknownListing(listing)
  return { draft, yours, offered, offeredTo, all: yours || person.operator }
}

async function managedBy(services: Services, { caller }: Access, listing: string) {
  const { rows } = services.store
  const { draft, yours, offered, offeredTo, all } = await sight(services, caller, listing)
  const [owner, to, policy, listed] = await Promise.all([
    nameOf(rows, draft.provider),
    offeredTo && nameOf(rows, offeredTo),
    policyOf(rows, listing),
    all ? accessList(rows, listing) : [],
  ])
  return {
    ...{
      listing: draft.listing,
      title: titleOf(draft),
      kind: kindOf(draft),
      chain: await reasoned(rows, draft),
      yours,
    },
    owner: { address: draft.provider, name: owner ?? '' },
    offeredTo:
      offeredTo && all
        ? { address: offeredTo, name: to, you: offered }
        : offered
          ? { address: offeredTo!, name: to, you: true }
          : null,
    policy,
    access: listed.map(({ addedAt, ...it }) => ({ ...it, addedAt: formatInstant(addedAt) })),
  }
}

const nameOf = async (rows: Services['store']['rows'], party: string): Promise<string | null> =>
  (
    await rows<{ name: string }>(`SELECT name FROM accounts WHERE did LIKE 'did:ethr:%' AND right(did, 42) = $1`, [
      party,
    ])
  )[0]?.name ?? null

async function reasoned(rows: Services['store']['rows'], { listing, chain }: Draft) {
  if (chain?.reason == null) return chain
  const [found] = await rows<{ words: string }>(
    'SELECT words FROM market_listing_reasons WHERE listing = $1 AND digest = $2',
    [listing, chain.reason],
  )
  return { ...chain, reason: found?.words ?? chain.reason }
}

export const getManaged = defineRoute({
  method: 'get',
  path: '/v1/market/services/{listing}/manage',
  summary: 'Who owns a listing, to whom it is offered, who may see and contract it, and how its service may be used.',
  access: 'manage-service',
  params: listingParams,
  answers: managed,
  handle: async ({ params: { listing } }, services, access) => managedBy(services, access, listing),
})

async function own({ store }: Services, { caller }: Access, listing: string): Promise<void> {
  ownDraft(await readDraft(store.rows, listing), actorOf(caller))
}

export const putPolicy = defineRoute({
  method: 'put',
  path: '/v1/market/services/{listing}/policy',
  summary: 'Puts a security policy in force: restricted or not, ways to sign, ranges of addresses, requests a minute.',
  access: 'manage-service',
  params: listingParams,
  body: policyShape.extend({ revision: whole(0, 2_147_483_647) }),
  answers: managed,
  async handle({ params: { listing }, body: { revision, ...policy } }, services, access) {
    await own(services, access, listing)
    const { did, account } = actorOf(access.caller)
    const now = seconds(services)
    await services.store.transaction(async (rows) => {
      await changePolicy(rows, { listing, policy, revision, now })
      await noteAction(
        rows,
        { by: did, account, action: 'listing.policy-changed', about: { listing }, detail: { ...policy } },
        now,
      )
    })
    return managedBy(services, access, listing)
  },
})

export const postAssigned = defineRoute({
  method: 'post',
  path: '/v1/market/services/{listing}/access',
  summary: 'Assigns a listing to an account by its DID: it sees and contracts it while the listing is restricted.',
  access: 'manage-service',
  params: listingParams,
  body: z.strictObject({
    did: z.string().regex(/^did:[a-z0-9]+:[A-Za-z0-9._:%-]{1,400}$/, 'a DID, like did:ethr:0x7a69:0x…'),
  }),
  answers: managed,
  async handle({ params: { listing }, body }, services, access) {
    await own(services, access, listing)
    const { did, account } = actorOf(access.caller)
    const now = seconds(services)
    // Accounts are named by canonical DIDs, whose hex is in lower case.
    const given = body.did.startsWith('did:ethr:') ? body.did.toLowerCase() : body.did
    await services.store.transaction(async (rows) => {
      const assigned = await assign(rows, { listing, did: given, by: did, now })
      await noteAction(
        rows,
        { by: did, account, action: 'listing.assigned', about: { listing, account: assigned } },
        now,
      )
    })
    return managedBy(services, access, listing)
  },
})

export const deleteAssigned = defineRoute({
  method: 'delete',
  path: '/v1/market/services/{listing}/access/{account}',
  summary: 'Revokes an account’s access: it no longer sees a restricted listing. Agreements in force stay.',
  access: 'manage-service',
  params: listingParams.extend({ account: bytes32 }),
  answers: managed,
  async handle({ params: { listing, account: from } }, services, access) {
    await own(services, access, listing)
    const { did, account } = actorOf(access.caller)
    const now = seconds(services)
    await services.store.transaction(async (rows) => {
      if (!(await revoke(rows, listing, from)))
        throw new Refusal(404, 'ERR_NOT_LISTED', `the account ${from} is not on the access list`)
      await noteAction(rows, { by: did, account, action: 'listing.revoked', about: { listing, account: from } }, now)
    })
    return managedBy(services, access, listing)
  },
})

export const postReason = defineRoute({
  method: 'post',
  path: '/v1/market/listings/{listing}/reasons',
  summary: 'Keeps the words of a reason off the chain, and answers the digest that the chain holds.',
  access: 'manage-service',
  params: listingParams,
  body: z.strictObject({ words: line(500) }),
  answers: z.object({ reason: bytes32 }),
  async handle({ params: { listing }, body: { words } }, services, { caller }) {
    const { all } = await sight(services, caller, listing)
    if (!all) throw unknownListing(listing)
    const { did } = actorOf(caller)
    const reason = sha256(toBytes(words))
    await services.store.rows(
      `INSERT INTO market_listing_reasons (listing, digest, words, given_at, given_by) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING`,
      [listing, reason, words, seconds(services), did],
    )
    return { reason }
  },
})
