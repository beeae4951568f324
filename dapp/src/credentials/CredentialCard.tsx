import type { ReactNode } from 'react'
import { useNow } from '../app/now.ts'
import { dateClock } from '../format/time.ts'
import { Facts } from '../parts/Facts.tsx'
import { claimsOf, TYPE_NAMES, titleOf } from './claims.ts'
import type { Credential } from './decode.ts'
import type { Validity } from './validity.ts'
import { validityAt } from './validity.ts'

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone

const look: Record<Validity, string> = { valid: 'good', 'ends soon': 'warn', expired: 'wrong', 'not yet': 'warn' }

type Props = { credential: Credential; status?: { word: string; look: string } | undefined; children?: ReactNode }

/** A credential as its holder may read it: every claim, who issued it, to whom, how long it holds. */
export function CredentialCard({ credential, status, children }: Props) {
  const validity = validityAt(credential, useNow())
  const title = `${TYPE_NAMES[credential.type]}: ${titleOf(credential)}`
  return (
    <li className="panel" aria-label={title}>
      <div className="row apart">
        <h3>{title}</h3>
        <span className="row">
          <span className={`badge ${look[validity]}`}>{validity}</span>
          {status === undefined ? null : <span className={`badge ${status.look}`}>{status.word}</span>}
        </span>
      </div>
      <Facts
        of={[
          ...claimsOf(credential),
          ['Issued by', <code key="issuer">{credential.issuer}</code>],
          ['Issued to', <code key="subject">{credential.subject}</code>],
          ['Valid from', dateClock(credential.issuedAt, zone)],
          ['Valid until', credential.expiresAt === undefined ? 'no end given' : dateClock(credential.expiresAt, zone)],
          ['Hash', <code key="hash">{credential.hash}</code>],
        ]}
      />
      {children}
    </li>
  )
}
