import { OpemError } from '@opem/domain'
import { refusalOf } from '../chain/revert.ts'
import { Notice } from '../parts/Notice.tsx'
import { adviceFor } from './advice.ts'

/** Why the marketplace or the wallet said no, with the stable code, and what to do now. */
export function Refusal({ error, title }: { error: unknown; title: string }) {
  const code = error instanceof OpemError ? error.code : undefined
  const advice = code === undefined ? undefined : adviceFor(code)
  return (
    <Notice tone="wrong" title={title}>
      <p>{error instanceof OpemError ? error.shortMessage : refusalOf(error)}</p>
      {advice === undefined ? null : <p>{advice}</p>}
      {code === undefined ? null : (
        <p className="small soft">
          Code <code>{code}</code>
        </p>
      )}
    </Notice>
  )
}
