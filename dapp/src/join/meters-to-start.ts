import { presentable } from '../credentials/choose.ts'
import type { Credential } from '../credentials/decode.ts'
import type { Meter } from './membership.ts'

const MOST = 8

/** The meters that a joining form begins with: those that the holder has a credential for, or one to be typed. */
export function metersToStart(kept: readonly Credential[], did: string | undefined, now: number): readonly Meter[] {
  const known =
    did === undefined
      ? []
      : presentable(kept, 'DataSourceCredential', did, now).flatMap(({ claims }) =>
          typeof claims.meter === 'string' ? [claims.meter] : [],
        )
  const meters = [...new Set(known)].slice(0, MOST)
  return (meters.length === 0 ? [''] : meters).map((meter) => ({ meter, participation: 100 }))
}
