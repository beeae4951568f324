import type { Lake } from '../../lake/lake.ts'
import type { OperationalStore } from '../../operational/store.ts'
import { createDeriveSecret } from '../notifications/own-key.ts'
import type { MayUseMoney } from '../provisioning/may-call.ts'

/** What handing out data works with. */
export interface DataParts {
  readonly store: OperationalStore
  readonly lake: Lake
  readonly mayUseMoney: MayUseMoney
  /** Under which links are signed. */
  linkKey(): Promise<Buffer>
  /** Seconds since 1970. */
  now(): number
}

/** The key of links is derived from the marketplace's own, which lies in `dir`. */
export function createDataParts({ dir, ...parts }: Omit<DataParts, 'linkKey'> & { readonly dir: string }): DataParts {
  const derive = createDeriveSecret(dir)
  return { ...parts, linkKey: () => derive('data links') }
}
