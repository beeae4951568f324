import {
  type AgreementDocument,
  type AgreementTermsJson,
  agreementId,
  agreementTypedData,
  type Hex,
  parseAgreementTerms,
} from '@opem/domain'
import { hashTypedData } from 'viem'
import { readAccount } from '../../access/accounts/accounts.ts'
import type { Person } from '../../access/caller/caller.ts'
import { keccak } from '../../unified-api/chain/keccak.ts'
import { Refusal } from '../../unified-api/problem.ts'
import { noteAction } from '../audit-log/note.ts'
import { notify } from '../notifications/notify.ts'
import type { AgreementChain } from './agreement-chain.ts'
import { checkOffer } from './check-offer.ts'
import { offeredListing } from './listing.ts'
import { changeOffer, type Rows, readOffer, type StoredOffer, storeDocument, storeOffer } from './offers.ts'
import { ownData } from './own-data.ts'
import type { ContractingParts } from './parts.ts'
import {
  needRole,
  otherSide,
  type Party,
  partyOf,
  partyOfAccount,
  roleOfSide,
  type Side,
  sideOf,
  unknownAgreement,
} from './party.ts'

export interface SignedOffer {
  readonly terms: AgreementTermsJson
  readonly document: AgreementDocument
  readonly signature: Hex
}

/**
 * Takes a half-signed agreement: a consumer's first offer under a listing, or a counter-offer of whoever's turn it is.
 * @param to the offer that this one answers
 * @throws Refusal ERR_LISTING_UNKNOWN, ERR_LISTING_NOT_OFFERED, ERR_AGREEMENT_WITH_ONESELF, ERR_PARTY_NOT_ACTIVE, ERR_AGREEMENT_SIGNATURE,
 * ERR_OFFER_EXISTS, ERR_OFFER_NOT_OPEN, ERR_NOT_YOUR_TURN and those of `ownData` and `checkOffer`
 */
export async function makeOffer(
  parts: ContractingParts,
  person: Person,
  { terms: json, document, signature }: SignedOffer,
  to?: string,
): Promise<Hex> {
  const { store, now } = parts
  const chain = await parts.chain()
  const terms = parseAgreementTerms(json)
  const answered = to === undefined ? undefined : await readOffer(store.rows, to)
  if (to !== undefined && (!answered || sideOf(person, answered) === undefined)) throw unknownAgreement(to)
  const listing = await offeredListing(store.rows, terms.listing, answered?.consumer_account ?? person.account, now())
  if (answered && answered.listing !== listing.listing)
    throw new Refusal(422, 'ERR_AGREEMENT_TERMS', 'a counter-offer is about the listing of the offer that it answers')
  const side: Side = answered ? sideOf(person, answered)! : 'consumer'
  needRole(person, side, listing.kind)
  if (answered) checkTurn(answered, side, now())

  const me = partyOf(person)
  const other = await otherParty(store.rows, answered ? accountOfSide(answered, otherSide(side)) : listing.account)
  if (me.account === other.account)
    throw new Refusal(409, 'ERR_AGREEMENT_WITH_ONESELF', 'an agreement needs two parties; this listing is your own')
  const [provider, consumer] = side === 'provider' ? [me, other] : [other, me]
  const own = await ownData(store, {
    ...{ consumer, provider, chosen: document.data.flatMap(({ from }) => from?.id ?? []), now: now() },
    ...(side === 'consumer' && { person }),
  })
  const feeBps = await chain.feeBps()
  checkOffer(
    { terms, document },
    { listing, provider, consumer, own, feeBps, free: answered !== undefined, now: now() },
  )
  await checkSignature(chain, { terms: json, party: me, side, kind: listing.kind, signature })

  const id = idOf(json)
  if ((await chain.standingOf(id)).state !== 'none')
    throw new Refusal(
      409,
      'ERR_OFFER_EXISTS',
      'this very agreement was concluded already; make another with a new salt',
    )
  await store.transaction(async (rows) => {
    const at = now()
    if (answered) await takeTurn(rows, answered.id, side, 'countered', at)
    await storeDocument(rows, terms.terms, document)
    const stored = await storeOffer(rows, {
      ...{ id, negotiation: answered?.negotiation ?? id, number: (answered?.number ?? 0) + 1, kind: listing.kind },
      ...{ listing: listing.listing, provider_account: provider.account, consumer_account: consumer.account },
      ...{ terms: json, document: terms.terms, made_by: side, deadline: Number(terms.deadline), created_at: at },
      consumer_signature: side === 'consumer' ? signature : null,
      provider_signature: side === 'provider' ? signature : null,
    })
    if (!stored)
      throw new Refusal(409, 'ERR_OFFER_EXISTS', 'this very offer was made already; make another with a new salt')
    await notify(rows, {
      ...{ account: other.account, kind: 'agreement-offered', about: { agreement: id, listing: listing.listing } },
      words: answered
        ? {
            title: `A counter-offer for “${document.title}”`,
            text: 'The other side offers other terms. Read them, then sign, refuse or make an offer of your own.',
          }
        : {
            title: `Somebody wants to contract “${document.title}”`,
            text: 'The offer is signed by the user. Read it, then sign, refuse or make a counter-offer.',
          },
      link: `/agreements/${id}`,
    })
    await noteAction(rows, {
      ...{ by: person.did, account: me.account, action: answered ? 'agreement.countered' : 'agreement.offered' },
      about: { agreement: id, listing: listing.listing },
      detail: { digest: terms.terms, ...(answered && { answers: answered.id }) },
    })
  })
  return id
}

/** The id that an agreement has on chain: its EIP-712 struct hash. */
const idOf = (terms: AgreementTermsJson): Hex => agreementId(keccak, parseAgreementTerms(terms))

/** @throws Refusal ERR_AGREEMENT_SIGNATURE when neither the party nor somebody who acts for it in the role signed these terms */
export async function checkSignature(
  chain: AgreementChain,
  it: { terms: AgreementTermsJson; party: Party; side: Side; kind: string; signature: Hex },
): Promise<void> {
  const { chainId, contract } = chain
  const digest = hashTypedData(
    agreementTypedData({ chainId, agreements: contract, agreement: parseAgreementTerms(it.terms) }),
  )
  const role = roleOfSide(it.side, it.kind)
  if (await chain.isSignedFor({ party: it.party.address, role, digest, signature: it.signature })) return
  throw new Refusal(
    422,
    'ERR_AGREEMENT_SIGNATURE',
    `neither ${it.party.address} nor a delegate of type opem/${role} signed these terms for chain ${chainId} and contract ${contract}`,
  )
}

/** @throws Refusal ERR_OFFER_NOT_OPEN, ERR_NOT_YOUR_TURN */
export function checkTurn(
  offer: Pick<StoredOffer, 'state' | 'deadline' | 'made_by'> | undefined,
  side: Side,
  now: number,
): void {
  if (offer?.state !== 'open' || offer.deadline < now)
    throw new Refusal(
      409,
      'ERR_OFFER_NOT_OPEN',
      `the offer is ${offer?.state === 'open' ? 'expired' : (offer?.state ?? 'gone')}; only an open one is answered`,
    )
  if (offer.made_by === side)
    throw new Refusal(409, 'ERR_NOT_YOUR_TURN', 'the offer is your own; the other side answers it, or you withdraw it')
}

/** Whose turn it is answers an open offer, once. @throws Refusal ERR_OFFER_NOT_OPEN, ERR_NOT_YOUR_TURN */
export async function takeTurn(
  rows: Rows,
  id: string,
  side: Side,
  to: 'countered' | 'refused' | 'open',
  now: number,
  reason?: string,
): Promise<void> {
  checkTurn(await readOffer(rows, id, { lock: true }), side, now)
  if (to !== 'open')
    await changeOffer(rows, { id, from: ['open'], to, now, ...(reason === undefined ? {} : { reason }) })
}

export const accountOfSide = (of: Pick<StoredOffer, 'provider_account' | 'consumer_account'>, side: Side): Hex =>
  side === 'provider' ? of.provider_account : of.consumer_account

/** @throws Refusal ERR_PARTY_NOT_ACTIVE */
export async function otherParty(rows: Rows, account: string): Promise<Party> {
  const found = await readAccount(rows, account)
  if (found?.status !== 'active')
    throw new Refusal(
      409,
      'ERR_PARTY_NOT_ACTIVE',
      `the other side's account is ${found?.status ?? 'unknown'}; only active accounts make agreements`,
    )
  return partyOfAccount(found)
}
