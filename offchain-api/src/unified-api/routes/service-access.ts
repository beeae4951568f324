import { z } from 'zod'
import { noteAction } from '../../marketplace/audit-log/note.ts'
import { readAgreement } from '../../marketplace/contracting/agreements.ts'
import { agreementOf } from '../../marketplace/contracting/extensions.ts'
import { unknownAgreement } from '../../marketplace/contracting/party.ts'
import { agreementId } from '../../marketplace/contracting/shapes.ts'
import { notify } from '../../marketplace/notifications/notify.ts'
import { makeAccessKey } from '../../marketplace/provisioning/access-key.ts'
import { stepInstance } from '../../marketplace/provisioning/instances.ts'
import { defineRoute, personOf } from '../route.ts'
import { bytes32 } from '../shapes.ts'
import { gatewayPath } from './instance-shape.ts'
import { titleOf } from './instance-step.ts'

const params = z.strictObject({ id: agreementId })

export const postInstanceKey = defineRoute({
  method: 'post',
  path: '/v1/agreements/{id}/instance/keys',
  summary: 'A new access key of the service for its user, shown this once; the one before counts no more.',
  access: 'contracting',
  params,
  answers: z.object({ key: z.string(), gateway: z.string() }),
  unrepeatable: true,
  async handle({ params: { id } }, services, access) {
    const person = personOf(access)
    const { agreement, side } = await agreementOf(services.contracting, person, id)
    if (side !== 'consumer') access.refuse('the user of the service')
    const now = services.access.now()
    const key = await services.store.transaction(async (rows) => {
      const made = await makeAccessKey(rows, id, now)
      await noteAction(rows, {
        ...{
          by: person.did,
          account: agreement.consumer_account,
          action: 'service.key-made',
          about: { agreement: id },
        },
      })
      return made
    })
    return { key, gateway: gatewayPath(id) }
  },
})

export const postRevocation = defineRoute({
  method: 'post',
  path: '/v1/agreements/{id}/instance/revocations',
  summary: 'The operator takes a service away from its user, with a reason; its key counts no more.',
  access: 'operator',
  params,
  body: z.strictObject({ reason: z.string().trim().min(1).max(4000) }),
  answers: z.object({ agreement: bytes32, state: z.string() }),
  async handle({ params: { id }, body }, services, { caller, refuse }) {
    const person = caller.kind === 'person' ? caller : refuse('the marketplace operator')
    const agreement = await readAgreement(services.store.rows, id)
    if (!agreement) throw unknownAgreement(id)
    const now = services.access.now()
    const title = await titleOf(services, agreement)
    await services.store.transaction(async (rows) => {
      await stepInstance(rows, { agreement: id, step: 'revoke', by: 'operator', note: body.reason, now })
      for (const account of [agreement.consumer_account, agreement.provider_account])
        await notify(rows, {
          ...{ account, kind: 'service-changed', about: { agreement: id, listing: agreement.listing } },
          words: { title: `The operator revoked “${title}”`, text: body.reason },
          link: `/agreements/${id}`,
        })
      await noteAction(rows, { by: person.did, account: null, action: 'service.revoked', about: { agreement: id } })
    })
    return { agreement: id, state: 'revoked' }
  },
})

export const getServiceKeys = defineRoute({
  method: 'get',
  path: '/v1/service-keys',
  summary: 'The public key with which the marketplace signs calls to providers’ services (RFC 9421), as JWK set.',
  access: 'public',
  answers: z.object({ keys: z.array(z.record(z.string(), z.string())) }),
  async handle(_input, { gateway }) {
    const { publicJwk, keyid } = await gateway.key()
    return { keys: [{ ...publicJwk, kid: keyid, use: 'sig' } as unknown as Record<string, string>] }
  },
})
