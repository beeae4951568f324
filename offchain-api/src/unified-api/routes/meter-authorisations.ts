import { formatInstant } from '@opem/domain'
import { z } from 'zod'
import { authorisationsOf, authorise, nextPeriod, withdraw } from '../../access/meter-authorisation/authorisations.ts'
import { credentialOf, takePresentation } from '../../access/presentation/take-presentation.ts'
import { givenProof } from '../../access/proof.ts'
import { BROWSER } from '../../access/session/cookies.ts'
import { Refusal } from '../problem.ts'
import { defineRoute } from '../route.ts'
import { address, instantText, meterId } from '../shapes.ts'
import { knownCommunity } from './known-community.ts'

const shape = z.object({ meter: meterId, from: instantText, until: instantText.nullable() })
const format = (it: { meter: string; from: number; until: number | null }) => ({
  meter: it.meter,
  from: formatInstant(it.from),
  until: it.until === null ? null : formatInstant(it.until),
})
const params = z.strictObject({ id: address })

export const getMeterAuthorisations = defineRoute({
  method: 'get',
  path: '/v1/communities/{id}/meter-authorisations',
  summary: "When the caller's own meters may be used in a community.",
  access: 'own-meters',
  params,
  answers: z.object({ authorisations: z.array(shape) }),
  async handle({ params: { id } }, { store }, { relations }) {
    const all = await authorisationsOf(store.rows, id)
    return { authorisations: all.filter(({ member }) => relations.members.includes(member)).map(format) }
  },
})

export const postMeterAuthorisation = defineRoute({
  method: 'post',
  path: '/v1/communities/{id}/meter-authorisations',
  summary:
    'A member presents a Data-source credential (operation authorise-meter): from the next period on the meter is used.',
  access: 'own-meters',
  params,
  body: z.strictObject({ presentation: givenProof }),
  answers: shape,
  async handle({ params: { id }, body: { presentation } }, services, { caller, relations, cookies, refuse }) {
    const { store, access } = services
    const community = await knownCommunity(services, id)
    const taken = await takePresentation(access, presentation, {
      ...{ browser: cookies.get(BROWSER), operation: 'authorise-meter', accepts: [['DataSourceCredential']] },
    })
    if (caller.kind !== 'person' || taken.holder !== caller.did) refuse('a presentation by the member who is signed in')
    const { claims, issuer, jti, hash } = credentialOf<{ meter: string }>(taken, 'DataSourceCredential')!
    const member = community.members.find(
      (one) => relations.members.includes(one.id) && one.meters.some(({ meter }) => meter === claims.meter),
    )
    if (!member)
      throw new Refusal(422, 'ERR_METER_UNKNOWN', `${claims.meter} is none of the meters with which the member joined`)
    const from = nextPeriod(access.now(), community.periodSeconds)
    await authorise(store.rows, {
      ...{ community: id, member: member.id, meter: claims.meter, from, source: { issuer, jti, hash } },
    })
    const all = await authorisationsOf(store.rows, id)
    const standing = all.find((one) => one.member === member.id && one.meter === claims.meter && one.until === null)
    return format(standing ?? { meter: claims.meter, from, until: null })
  },
})

export const deleteMeterAuthorisation = defineRoute({
  method: 'delete',
  path: '/v1/communities/{id}/meter-authorisations/{meter}',
  summary: 'Withdraws the authorisation of a meter: from the next period on it is not used.',
  access: 'own-meters',
  params: z.strictObject({ id: address, meter: meterId }),
  answers: z.object({ meter: meterId, until: instantText }),
  async handle({ params: { id, meter } }, services, { relations }) {
    const { periodSeconds } = await knownCommunity(services, id)
    const until = nextPeriod(services.access.now(), periodSeconds)
    if (!(await withdraw(services.store.rows, { community: id, members: relations.members, meter, until })))
      throw new Refusal(404, 'ERR_AUTHORISATION_UNKNOWN', `no authorisation of ${meter} stands in this community`)
    return { meter, until: formatInstant(until) }
  },
})
