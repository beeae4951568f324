import type { InstanceStep } from '@opem/domain'
import { noteAction } from '../../marketplace/audit-log/note.ts'
import type { StoredAgreement } from '../../marketplace/contracting/agreements.ts'
import { accountOfSide } from '../../marketplace/contracting/make-offer.ts'
import { readDocument } from '../../marketplace/contracting/offers.ts'
import { otherSide, type Side } from '../../marketplace/contracting/party.ts'
import { notify } from '../../marketplace/notifications/notify.ts'
import { type Patch, stepInstance } from '../../marketplace/provisioning/instances.ts'
import { Refusal } from '../problem.ts'
import { type Access, personOf } from '../route.ts'
import type { Services } from '../services.ts'

/**
 * One step of the instance, the letter to the other side, and the audit log: all or nothing.
 * @throws Refusal ERR_AGREEMENT_NOT_IN_FORCE, and those of `stepInstance`
 */
export async function step(
  services: Services,
  access: Access,
  agreement: StoredAgreement,
  side: Side,
  name: InstanceStep,
  it: {
    readonly note?: string | undefined
    readonly patch?: Patch
    readonly kind?: 'service-ready' | 'service-changed' | 'service-failed'
    readonly words?: { readonly title: string; readonly text: string }
  },
): Promise<void> {
  const { id, listing } = agreement
  const person = personOf(access)
  const now = services.access.now()
  if (!isInForceOrToCome(agreement, now))
    throw new Refusal(409, 'ERR_AGREEMENT_NOT_IN_FORCE', 'the agreement is over, and its service with it')
  await services.store.transaction(async (rows) => {
    const { note, patch } = it
    await stepInstance(rows, { agreement: id, step: name, by: side, note, now, ...(patch && { patch }) })
    if (it.words && it.kind)
      await notify(rows, {
        ...{ account: accountOfSide(agreement, otherSide(side)), kind: it.kind, about: { agreement: id, listing } },
        ...{ words: it.words, link: `/agreements/${id}` },
      })
    await noteAction(rows, {
      ...{
        by: person.did,
        account: accountOfSide(agreement, side),
        action: `service.${name}`,
        about: { agreement: id },
      },
    })
  })
}

const isInForceOrToCome = ({ ends_at }: StoredAgreement, now: number) => ends_at === 0 || now < ends_at

/** What letters call the service. */
export const titleOf = async ({ store }: Services, agreement: StoredAgreement) =>
  (await readDocument(store.rows, agreement.terms.terms))?.title ?? 'a service'
