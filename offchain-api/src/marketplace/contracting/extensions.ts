import { type AgreementTermsJson, extensionTypedData, type Hex, parseAgreementTerms } from '@opem/domain'
import { hashTypedData } from 'viem'
import type { Person } from '../../access/caller/caller.ts'
import { Refusal } from '../../unified-api/problem.ts'
import { noteAction } from '../audit-log/note.ts'
import { notify } from '../notifications/notify.ts'
import type { MarketCall } from './agreement-chain.ts'
import { readAgreement, type StoredAgreement } from './agreements.ts'
import { accountOfSide } from './make-offer.ts'
import type { Rows } from './offers.ts'
import type { ContractingParts } from './parts.ts'
import { needRole, otherSide, partyOf, roleOfSide, type Side, sideOf, unknownAgreement } from './party.ts'
import { refusalWords } from './refusal-words.ts'

/** A later end: offered by one side, in force when both have signed and the chain has it. */
export interface StoredExtension {
  readonly agreement: Hex
  readonly number: number
  readonly ends_at: number
  readonly deadline: number
  readonly made_by: Side
  readonly consumer_signature: Hex | null
  readonly provider_signature: Hex | null
  readonly state: 'open' | 'refused' | 'withdrawn' | 'expired' | 'signed' | 'concluded'
}

export const latestExtension = async (rows: Rows, agreement: string): Promise<StoredExtension | undefined> =>
  (
    await rows<StoredExtension & { agreement: Hex }>(
      `SELECT agreement, number, ends_at::float8 AS ends_at, deadline::float8 AS deadline, made_by, consumer_signature,
         provider_signature, state FROM market_extensions WHERE agreement = $1 ORDER BY number DESC LIMIT 1`,
      [agreement],
    )
  )[0]

/**
 * One side offers a later end (0: none), or signs the one that the other side offers: the same values are the same extension. Before
 * the second signature counts the contract is asked whether it would take it.
 * @param it.relay whether this API brings it to the chain, once both have signed
 * @throws Refusal ERR_AGREEMENT_UNKNOWN, ERR_AGREEMENT_ENDED, ERR_EXTENSION_END, ERR_AGREEMENT_DEADLINE, ERR_AGREEMENT_SIGNATURE,
 * ERR_NO_RELAY, ERR_AGREEMENT_REFUSED
 */
export async function signExtension(
  parts: ContractingParts,
  person: Person,
  it: { id: string; end: number; deadline: number; signature: Hex; relay: boolean },
): Promise<void> {
  const { store, now } = parts
  if (it.relay && !parts.relays) throw noRelay()
  const { agreement, side } = await agreementOf(parts, person, it.id)
  checkEnd(agreement, it, now())
  await checkExtensionSignature(parts, person, side, agreement, it)
  const before = await latestExtension(store.rows, it.id)
  if (before && isAnswer(before, it, side))
    await needTaken(parts, agreement, { ...before, [`${side}_signature`]: it.signature })
  const answered = await store.transaction(async (rows) => {
    await rows('SELECT 1 FROM market_agreements WHERE id = $1 FOR UPDATE', [it.id])
    const latest = await latestExtension(rows, it.id)
    const answers = latest !== undefined && isAnswer(latest, it, side)
    if (answers) {
      await rows(
        `UPDATE market_extensions SET ${side}_signature = $3, state = 'signed', relay = $4 WHERE agreement = $1 AND number = $2`,
        [it.id, latest.number, it.signature, it.relay],
      )
    } else {
      await rows(
        `UPDATE market_extensions SET state = CASE WHEN made_by = $2 THEN 'withdrawn' ELSE 'refused' END
         WHERE agreement = $1 AND state IN ('open', 'signed')`,
        [it.id, side],
      )
      await rows(
        `INSERT INTO market_extensions (agreement, number, ends_at, deadline, made_by, ${side}_signature, state, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'open', $7)`,
        [it.id, (latest?.number ?? 0) + 1, it.end, it.deadline, side, it.signature, now()],
      )
    }
    await notify(rows, {
      ...{ account: accountOfSide(agreement, otherSide(side)), kind: 'agreement-offered' },
      about: { agreement: agreement.id, listing: agreement.listing },
      words: answers
        ? { title: 'A later end is signed by both sides', text: 'It counts as soon as the chain has it.' }
        : { title: 'A later end of an agreement is offered', text: 'Sign it, or leave the agreement as it is.' },
      link: `/agreements/${agreement.id}`,
    })
    await noteAction(rows, {
      ...{ by: person.did, account: person.account as Hex, about: { agreement: agreement.id } },
      ...{ action: answers ? 'agreement.extension-signed' : 'agreement.extension-offered', detail: { end: it.end } },
    })
    return answers
  })
  if (answered && it.relay) parts.wake()
}

/** The other side's offer of the very same end, which waits for this signature. */
const isAnswer = (
  latest: StoredExtension,
  it: { readonly end: number; readonly deadline: number },
  side: Side,
): boolean =>
  latest.state === 'open' && latest.ends_at === it.end && latest.deadline === it.deadline && latest.made_by !== side

/** So that nobody waits for an end that cannot come. */
async function needTaken(parts: ContractingParts, agreement: StoredAgreement, it: StoredExtension): Promise<void> {
  const refused = await (await parts.chain()).refusalOf(extensionCall(agreement, it))
  if (refused !== undefined)
    throw new Refusal(409, 'ERR_AGREEMENT_REFUSED', `this end cannot be agreed on: ${refusalWords(refused)}`)
}

/** Both have signed a later end, and the wallets have no ether: this API brings it to the chain. @throws Refusal ERR_NO_RELAY, ERR_OFFER_NOT_OPEN */
export async function relayExtension(parts: ContractingParts, person: Person, id: string): Promise<void> {
  await agreementOf(parts, person, id)
  if (!parts.relays) throw noRelay()
  const marked = await parts.store.rows(
    `UPDATE market_extensions SET relay = true, next_try = 0 WHERE agreement = $1 AND state = 'signed' RETURNING number`,
    [id],
  )
  if (marked.length === 0)
    throw new Refusal(409, 'ERR_OFFER_NOT_OPEN', 'no later end waits that both sides have signed')
  parts.wake()
}

const noRelay = () =>
  new Refusal(409, 'ERR_NO_RELAY', 'this marketplace brings nothing to the chain; your own wallet sends it')

export async function agreementOf(
  { store }: Pick<ContractingParts, 'store'>,
  person: Person,
  id: string,
): Promise<{ agreement: StoredAgreement; side: Side }> {
  const agreement = await readAgreement(store.rows, id)
  const side = agreement && sideOf(person, agreement)
  if (!agreement || !side) throw unknownAgreement(id)
  needRole(person, side, agreement.kind)
  return { agreement, side }
}

function checkEnd(
  { state, ends_at }: StoredAgreement,
  { end, deadline }: { end: number; deadline: number },
  now: number,
) {
  if (state !== 'concluded' || (ends_at !== 0 && ends_at <= now))
    throw new Refusal(409, 'ERR_AGREEMENT_ENDED', 'the agreement was ended or is over; conclude a new one')
  if (ends_at === 0) throw new Refusal(409, 'ERR_EXTENSION_END', 'the agreement has no end that could be moved')
  if (end !== 0 && end <= ends_at)
    throw new Refusal(422, 'ERR_EXTENSION_END', 'an extension ends later than the agreement does now')
  if (deadline < now + 60)
    throw new Refusal(
      422,
      'ERR_AGREEMENT_DEADLINE',
      'the time in which this can be signed is over; choose a later deadline',
    )
}

async function checkExtensionSignature(
  parts: ContractingParts,
  person: Person,
  side: Side,
  { id, kind }: StoredAgreement,
  { end, deadline, signature }: { end: number; deadline: number; signature: Hex },
): Promise<void> {
  const chain = await parts.chain()
  const { chainId, contract } = chain
  const request = extensionTypedData({
    chainId,
    agreements: contract,
    extension: { agreement: id, end, deadline: BigInt(deadline) },
  })
  const role = roleOfSide(side, kind)
  const { address } = partyOf(person)
  if (!(await chain.isSignedFor({ party: address, role, digest: hashTypedData(request), signature })))
    throw new Refusal(
      422,
      'ERR_AGREEMENT_SIGNATURE',
      `neither ${address} nor a delegate of type opem/${role} signed this extension for chain ${chainId} and contract ${contract}`,
    )
}

/** What `extend` of the contract needs once both have signed. */
export const extensionCall = (
  agreement: { readonly terms: AgreementTermsJson },
  it: Pick<StoredExtension, 'ends_at' | 'deadline' | 'consumer_signature' | 'provider_signature'>,
): MarketCall & { name: 'extend' } => ({
  name: 'extend',
  ...{ terms: parseAgreementTerms(agreement.terms), end: it.ends_at, deadline: BigInt(it.deadline) },
  ...{ consumer: it.consumer_signature!, provider: it.provider_signature! },
})
