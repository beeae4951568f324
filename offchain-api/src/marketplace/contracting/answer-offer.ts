import { type Hex, parseAgreementTerms } from '@opem/domain'
import type { Person } from '../../access/caller/caller.ts'
import { Refusal } from '../../unified-api/problem.ts'
import { noteAction } from '../audit-log/note.ts'
import { notify } from '../notifications/notify.ts'
import { offeredListing } from './listing.ts'
import { accountOfSide, checkSignature, checkTurn, otherParty, takeTurn } from './make-offer.ts'
import { changeOffer, type Rows, readDocument, readOffer, type StoredOffer, signOffer } from './offers.ts'
import type { ContractingParts } from './parts.ts'
import { needRole, otherSide, partyOf, type Side, sideOf, unknownAgreement } from './party.ts'
import { refusalWords } from './refusal-words.ts'

/**
 * The second signature. The contract is asked first whether it would take the agreement, so that nobody waits for one that
 * cannot come.
 * @param relay whether this API brings it to the chain
 * @throws Refusal ERR_OFFER_NOT_OPEN, ERR_NOT_YOUR_TURN, ERR_AGREEMENT_SIGNATURE, ERR_LISTING_NOT_OFFERED, ERR_PARTY_NOT_ACTIVE,
 * ERR_NO_RELAY, ERR_AGREEMENT_REFUSED
 */
export async function answerWithSignature(
  parts: ContractingParts,
  person: Person,
  { id, signature, relay }: { id: string; signature: Hex; relay: boolean },
): Promise<void> {
  const { store, now } = parts
  const { offer, side } = await offerOf(parts, person, id)
  if (relay && !parts.relays)
    throw new Refusal(
      409,
      'ERR_NO_RELAY',
      'this marketplace brings no agreement to the chain; your own wallet sends it',
    )
  checkTurn(offer, side, now())
  const chain = await parts.chain()
  await offeredListing(store.rows, offer.listing, offer.consumer_account, now())
  await otherParty(store.rows, accountOfSide(offer, otherSide(side)))
  const { terms, kind } = offer
  await checkSignature(chain, { terms, party: partyOf(person), side, kind, signature })
  const [consumer, provider] =
    side === 'consumer' ? [signature, offer.provider_signature] : [offer.consumer_signature, signature]
  const refused = await chain.refusalOf({
    ...{ name: 'conclude', terms: parseAgreementTerms(terms), consumer: consumer!, provider: provider! },
  })
  if (refused !== undefined)
    throw new Refusal(409, 'ERR_AGREEMENT_REFUSED', `it cannot be concluded: ${refusalWords(refused)}`)
  await store.transaction(async (rows) => {
    await takeTurn(rows, id, side, 'open', now())
    await signOffer(rows, { id, side, signature, relay, now: now() })
    await notify(rows, {
      ...{ account: accountOfSide(offer, otherSide(side)), kind: 'agreement-offered', about: aboutOf(offer) },
      words: {
        title: `“${await titleOf(rows, offer)}” is signed by both sides`,
        text: 'It is concluded as soon as the chain has it.',
      },
      link: `/agreements/${id}`,
    })
    await noteAction(rows, { ...deed(person, offer, 'agreement.signed'), detail: { relay } })
  })
  if (relay) parts.wake()
}

/** Whose turn it is refuses, with a reason that the other side reads. */
export async function refuseOffer(
  parts: ContractingParts,
  person: Person,
  { id, reason }: { id: string; reason: string },
): Promise<void> {
  const { store, now } = parts
  const { offer, side } = await offerOf(parts, person, id)
  await store.transaction(async (rows) => {
    await takeTurn(rows, id, side, 'refused', now(), reason)
    await notify(rows, {
      ...{ account: accountOfSide(offer, otherSide(side)), kind: 'agreement-rejected', about: aboutOf(offer) },
      words: {
        title: `Your offer for “${await titleOf(rows, offer)}” was refused`,
        text: 'The agreement’s page says why.',
      },
      link: `/agreements/${id}`,
    })
    await noteAction(rows, deed(person, offer, 'agreement.refused'))
  })
}

/** Whoever made an offer takes it back while nobody has answered. */
export async function withdrawOffer(parts: ContractingParts, person: Person, id: string): Promise<void> {
  const { store, now } = parts
  const { offer, side } = await offerOf(parts, person, id)
  if (offer.made_by !== side)
    throw new Refusal(409, 'ERR_NOT_YOUR_TURN', 'the offer is the other side’s; you refuse it instead')
  await store.transaction(async (rows) => {
    if (!(await changeOffer(rows, { id, from: ['open'], to: 'withdrawn', now: now() })))
      throw new Refusal(409, 'ERR_OFFER_NOT_OPEN', `the offer is ${offer.state}; only an open one is withdrawn`)
    await notify(rows, {
      ...{ account: accountOfSide(offer, otherSide(side)), kind: 'agreement-rejected', about: aboutOf(offer) },
      words: { title: `An offer for “${await titleOf(rows, offer)}” was withdrawn`, text: 'There is nothing to do.' },
      link: `/agreements/${id}`,
    })
    await noteAction(rows, deed(person, offer, 'agreement.withdrawn'))
  })
}

/** Both have signed, and the sender's wallet has no ether: this API brings it to the chain. @throws Refusal ERR_NO_RELAY, ERR_OFFER_NOT_OPEN */
export async function relayOffer(parts: ContractingParts, person: Person, id: string): Promise<void> {
  const { offer } = await offerOf(parts, person, id)
  if (!parts.relays)
    throw new Refusal(
      409,
      'ERR_NO_RELAY',
      'this marketplace brings no agreement to the chain; your own wallet sends it',
    )
  if (offer.state !== 'signed')
    throw new Refusal(
      409,
      'ERR_OFFER_NOT_OPEN',
      `the agreement is ${offer.state}; what both sides have signed is relayed`,
    )
  await parts.store.rows('UPDATE market_offers SET relay = true, next_try = 0 WHERE id = $1', [id])
  parts.wake()
}

/** @throws Refusal 404 for strangers, 403 for those of the party who lack the role */
async function offerOf(
  { store }: ContractingParts,
  person: Person,
  id: string,
): Promise<{ offer: StoredOffer; side: Side }> {
  const offer = await readOffer(store.rows, id)
  const side = offer && sideOf(person, offer)
  if (!offer || !side) throw unknownAgreement(id)
  needRole(person, side, offer.kind)
  return { offer, side }
}

const aboutOf = ({ id, listing }: StoredOffer) => ({ agreement: id, listing })
// By the transaction's own connection: one that waited for a second would wait for those that wait for it.
const titleOf = async (rows: Rows, { document }: StoredOffer) =>
  (await readDocument(rows, document))?.title ?? 'a service'

const deed = <const A extends `agreement.${string}`>(person: Person, offer: StoredOffer, action: A) => ({
  ...{ by: person.did, account: person.account as Hex, action },
  about: aboutOf(offer),
})
