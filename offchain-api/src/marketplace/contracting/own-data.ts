import { type AgreedSource, type Hex, mayUse, type OwnData } from '@opem/domain'
import type { Person } from '../../access/caller/caller.ts'
import type { OperationalStore } from '../../operational/store.ts'
import { Refusal } from '../../unified-api/problem.ts'
import { handedData, LOOKED_AT } from '../data/pass-on.ts'
import { ownMeters } from './own-meters.ts'
import type { Party } from './party.ts'

/** Which kinds of data sets somebody may hand to a service for their account: by the role with which they get or share them. */
export const sourceKindsOf = ({ actors }: Person): AgreedSource['kind'][] => [
  ...(mayUse(actors, 'access-data') ? (['data-agreement'] as const) : []),
  ...(mayUse(actors, 'share-data') ? (['data-set'] as const) : []),
]

/**
 * What a consumer may let a service use: their meters, and of data sets those that were chosen, each looked at now.
 * @param person who chooses for the consumer; left out when the other side repeats what was chosen
 * @throws Refusal ERR_NOT_ALLOWED, and those of `handedData`
 */
export async function ownData(
  store: Pick<OperationalStore, 'rows'>,
  it: {
    readonly consumer: Party
    readonly provider: Party
    readonly chosen: readonly Hex[]
    readonly person?: Person
    readonly now: number
  },
): Promise<OwnData> {
  const { consumer, provider, chosen, person, now } = it
  const meters = await ownMeters(store, { account: consumer.account, address: consumer.address, now })
  const sources: AgreedSource[] = []
  for (const id of new Set(chosen)) {
    const { source } = await handedData(store.rows, {
      ...{ id, consumer, recipient: provider.did, now, mayUseMoney: LOOKED_AT },
    })
    if (person && !sourceKindsOf(person).includes(source.kind))
      throw new Refusal(
        403,
        'ERR_NOT_ALLOWED',
        `your company’s data are handed on by somebody with the role "${source.kind === 'data-set' ? 'data-provider' : 'data-user'}"`,
      )
    sources.push(source)
  }
  return { meters: meters.map(({ meter }) => meter), sources }
}
