import type { Services } from '../../unified-api/services.ts'
import { readDocument } from '../contracting/offers.ts'
import type { UsableService } from './may-call.ts'

/** What the user chose, and what the provider set for them. */
export async function parametersOf(
  { store }: Pick<Services, 'store'>,
  { agreement, instance }: Pick<UsableService, 'agreement' | 'instance'>,
): Promise<Record<string, string>> {
  const document = await readDocument(store.rows, agreement.terms.terms)
  return {
    ...Object.fromEntries((document?.parameters ?? []).map(({ name, value }) => [name, value])),
    ...instance.configuration,
  }
}
