import { formatInstant, type Hex, joinConsent, meterHasShareLeft, meteringPointId } from '@opem/domain'
import { recoverTypedDataAddress } from 'viem'
import { z } from 'zod'
import { authorise } from '../../access/meter-authorisation/authorisations.ts'
import { dataSourcesOf } from '../../access/meter-authorisation/data-sources.ts'
import { addressesOf } from '../../access/rules/relations.ts'
import {
  consentToMember,
  metersOf,
  type PendingConsent,
  pendingConsents,
  removeConsent,
  storeConsent,
} from '../../operational/consents.ts'
import { holdingMeters, sharesOf } from '../../operational/meter-shares.ts'
import type { OperationalStore } from '../../operational/store.ts'
import { keccak } from '../chain/keccak.ts'
import { Refusal } from '../problem.ts'
import { defineRoute } from '../route.ts'
import type { Services } from '../services.ts'
import { address, bytes32, consent, instantText, meterId } from '../shapes.ts'
import { isSameMembership, knownCommunity } from './known-community.ts'

const params = z.strictObject({ id: address })

const pendingConsent = consent
  .omit({ saltKey: true, dataSources: true })
  .extend({ from: instantText, deadline: instantText, meters: z.array(meterId) })
  .meta({ id: 'PendingConsent' })

export const postConsent = defineRoute({
  method: 'post',
  path: '/v1/communities/{id}/consents',
  access: 'give-consent',
  summary: "Stores a member's signed consent to join, until the administrator's transaction makes it a membership.",
  params,
  body: consent,
  answers: z.object({ member: bytes32, status: z.enum(['pending', 'joined']) }),
  async handle({ params: { id }, body }, services, { caller, refuse }) {
    if (caller.kind === 'person' && !addressesOf(caller).includes(body.account))
      refuse("the member's own account, or the command line with the member's signed consent")
    await knownCommunity(services, id)
    const { dataSources, ...signed } = body
    const pending = { ...signed, deadline: Number(signed.deadline) }
    checkMeteringPoints(pending)
    await checkNobodyElses(services, id, pending)
    const membership = await services.chain.membership(id as Hex, pending.member as Hex)
    if (membership) {
      if (!isSameMembership(membership, pending))
        throw new Refusal(
          422,
          'ERR_MEMBER_EXISTS',
          `member ${pending.member} joined with another account or other metering points`,
        )
    } else await checkSignature(services, id, pending)
    const sources = await dataSourcesOf(services.access, {
      ...{ account: pending.account as Hex, meters: pending.meters, credentials: dataSources },
    })
    await holdingMeters(services.store, pending, async (rows) => {
      await checkShares(services, rows, id, pending)
      await storeConsent(rows, id, pending)
      for (const [meter, source] of sources)
        await authorise(rows, { community: id, member: pending.member, meter, from: pending.from, source })
    })
    const joined = membership !== undefined
    if (joined) await consentToMember(services.store, id, pending)
    return { member: pending.member, status: joined ? 'joined' : 'pending' }
  },
})

export const getConsents = defineRoute({
  method: 'get',
  path: '/v1/communities/{id}/consents',
  access: 'administer-community',
  summary: 'Consents that wait for the administrator, without their salt keys: those are for the oracle alone.',
  params,
  answers: z.object({
    consents: z.array(pendingConsent),
  }),
  async handle({ params: { id } }, services) {
    await knownCommunity(services, id)
    const consents = await pendingConsents(services.store, id)
    return {
      consents: consents.map(({ saltKey: _, from, deadline, ...shown }) => ({
        ...shown,
        from: formatInstant(from),
        deadline: formatInstant(deadline),
      })),
    }
  },
})

export const deleteConsent = defineRoute({
  method: 'delete',
  path: '/v1/communities/{id}/consents/{member}',
  access: 'withdraw-consent',
  summary: 'Withdraws a consent that has not become a membership.',
  params: z.strictObject({ id: address, member: bytes32 }),
  answers: z.object({ member: bytes32 }),
  async handle({ params: { id, member } }, { store }, { caller, grants, refuse }) {
    if (caller.kind === 'person' && !grants.includes('community-administrator')) {
      const pending = (await pendingConsents(store, id)).find((one) => one.member === member)
      // Who may not withdraw it is not told either whether it waits.
      if (!pending || !addressesOf(caller).includes(pending.account)) refuse("the member's own account")
    }
    if (!(await removeConsent(store, id, member)))
      throw new Refusal(
        404,
        'ERR_CONSENT_UNKNOWN',
        `no consent of ${member} waits here; it was withdrawn or the member joined`,
      )
    return { member }
  },
})

/** A pending consent is replaced by a newer one of the same member, and of nobody else. */
async function checkNobodyElses({ store }: Services, id: string, { member, account }: PendingConsent) {
  const known = (await pendingConsents(store, id)).find((one) => one.member === member)
  if (known && known.account !== account)
    throw new Refusal(409, 'ERR_MEMBER_EXISTS', `a consent of member ${member} with another account waits here`)
}

function checkMeteringPoints({ meters, meteringPoints, saltKey }: PendingConsent) {
  const wrong = meters.findIndex(
    (meter, index) => meteringPointId(keccak, saltKey as Hex, meter) !== meteringPoints[index]?.id,
  )
  if (meters.length !== meteringPoints.length || wrong >= 0)
    throw new Refusal(
      422,
      'ERR_METERING_POINTS',
      'each metering point must be keccak256(salt key ‖ meter) of the meter in the same place; send both lists in one order',
    )
}

/** A kilowatt-hour is sold once: what a meter gives to all its communities together is bounded. */
async function checkShares({ chain }: Services, rows: OperationalStore['rows'], id: string, pending: PendingConsent) {
  const known = await sharesOf(rows, pending.meters, { community: id, member: pending.member })
  const shares = await Promise.all(
    known.map(async ({ consentedFrom, ...share }) => {
      const membership =
        consentedFrom === null ? await chain.membership(share.community as Hex, share.member as Hex) : undefined
      return { ...share, from: membership?.from ?? consentedFrom ?? pending.from, until: membership?.until ?? null }
    }),
  )
  for (const { meter, participation } of metersOf(pending)) {
    const wanted = { community: id, member: pending.member, participation, from: pending.from, until: null }
    // The same meter under two metering points of one consent counts twice, as it should.
    const own = metersOf(pending).filter((other) => other.meter === meter).length - 1
    const left = meterHasShareLeft(meter, wanted, [
      ...shares.filter((share) => share.meter === meter),
      ...Array.from({ length: own }, () => wanted),
    ])
    if (!left.ok) throw new Refusal(422, left.code, left.reason)
  }
}

async function checkSignature({ chain, deployment, now }: Services, id: string, pending: PendingConsent) {
  if (pending.deadline * 1000 < now())
    throw new Refusal(
      422,
      'ERR_CONSENT_EXPIRED',
      `the consent ended at ${formatInstant(pending.deadline)}; sign a new one`,
    )
  const [{ chainId }, nonce] = await Promise.all([deployment(), chain.nonceOf(id as Hex, pending.account as Hex)])
  const typedData = joinConsent({
    chainId,
    community: id as Hex,
    member: pending.member as Hex,
    account: pending.account as Hex,
    from: pending.from,
    meteringPoints: pending.meteringPoints.map((point) => ({ ...point, id: point.id as Hex })),
    nonce,
    deadline: pending.deadline,
  })
  const signer = await recoverTypedDataAddress({ ...typedData, signature: pending.consent as Hex }).catch(
    () => undefined,
  )
  if (signer?.toLowerCase() !== pending.account)
    throw new Refusal(
      422,
      'ERR_CONSENT_SIGNATURE',
      `the signature is not ${pending.account}'s for exactly this consent (nonce ${nonce}); sign it again`,
    )
}
