import { formatInstant, mayUse } from '@opem/domain'
import { z } from 'zod'
import type { StoredComposition } from '../../marketplace/composition/compositions.ts'
import type { Actor } from '../../marketplace/publish/owner.ts'
import { bytes32, count, instantText } from '../shapes.ts'

/** What a list says of a composition, and its own page first. */
export const head = {
  id: bytes32,
  title: z.string(),
  state: z.enum(['draft', 'requested', 'approved', 'rejected', 'withdrawn']),
  mine: z.boolean(),
  steps: count,
  createdAt: instantText,
}

export const headOf = (one: StoredComposition, { account }: Actor) => ({
  ...{ id: one.id, title: one.document?.title ?? '', state: one.state, mine: one.account === account },
  ...{ steps: one.listings.length, createdAt: formatInstant(one.createdAt) },
})

/** A service of a chain, or one that may come next. */
export const service = z.object({
  listing: bytes32,
  title: z.string(),
  provider: z.string(),
  category: z.string(),
  agreement: bytes32.nullable().meta({ description: 'the caller’s own, in force; null: contract it first' }),
})

export const serviceOf = ({ listing, title, provider, category, agreement }: z.output<typeof service> | never) => ({
  ...{ listing, title, provider, category, agreement },
})

/** Whose eyes see a composition: its user's, and those of the providers of its services. */
export const eyesOf = ({ account, person }: Actor) => ({
  account,
  provides: mayUse(person.actors, 'service-composition-procurement'),
})
