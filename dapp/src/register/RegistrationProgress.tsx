import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Link } from 'react-router'
import type { Registered } from '../api/access.ts'
import { registrationQuery } from '../api/access.ts'
import { decodeCredential } from '../credentials/decode.ts'
import { useReceipt } from '../credentials/use-receipt.ts'
import { Copy } from '../parts/Copy.tsx'
import { ReadProblem } from '../parts/Notice.tsx'
import { ProofSummary } from '../presentation/ProofSummary.tsx'
import type { Holder } from '../presentation/present.ts'
import { SignStep } from '../presentation/SignStep.tsx'
import { stepsOf } from './progress.ts'
import { Steps } from './Steps.tsx'

type Props = { kind: 'citizen' | 'company'; holder: Holder; registered: Registered }

/** After the application: pending, receipt, active. */
export function RegistrationProgress({ kind, holder, registered }: Props) {
  const progress = useQuery(registrationQuery(registered.account))
  const status = progress.data?.status ?? registered.status
  const waited = useWaited(status === 'pending')
  return (
    <section className="panel" aria-labelledby="progress">
      <h2 id="progress">{status === 'active' ? 'The account is active' : 'The account is on its way'}</h2>
      <Steps steps={stepsOf({ kind, status, reason: progress.data?.reason, waited })} />
      {status === 'pending' && kind === 'citizen' ? <ReceiptStep holder={holder} registered={registered} /> : null}
      {status === 'pending' && kind === 'company' && waited >= 30 ? (
        <div className="stack">
          <p className="soft">On the machine of your company’s wallet:</p>
          <Copy text="npx opem wallet serve YOUR-WALLET" label="command that starts the wallet" />
        </div>
      ) : null}
      {status === 'active' ? (
        <p>
          <Link className="button main" to="/sign-in">
            Sign in
          </Link>
        </p>
      ) : null}
      {progress.error ? <ReadProblem error={progress.error} retry={() => progress.refetch()} /> : null}
    </section>
  )
}

/** The citizen's own signature under the credential just received. */
function ReceiptStep({ holder, registered }: { holder: Holder; registered: Registered }) {
  const receive = useReceipt(holder)
  const queries = useQueryClient()
  const { credential: jwt, receipt } = registered
  const decoded = jwt === undefined ? undefined : decodeCredential(jwt)
  const sign = useMutation({
    mutationFn: (given: string) => receive(given, receipt),
    onSettled: () => queries.invalidateQueries({ queryKey: ['registration', registered.account] }),
  })
  if (jwt === undefined || !decoded?.ok) return null
  return (
    <>
      <ProofSummary operation="receipt" credentials={[decoded.value]} />
      <p className="soft">The credential is kept in this browser already; see “My credentials”.</p>
      <SignStep step={sign} sign={() => sign.mutate(jwt)} label="Sign the receipt" refused="Not confirmed" />
    </>
  )
}

/** Seconds since this began to wait. */
function useWaited(waiting: boolean): number {
  const [since] = useState(() => Date.now())
  const [seconds, setSeconds] = useState(0)
  useEffect(() => {
    if (!waiting) return
    const timer = setInterval(() => setSeconds(Math.floor((Date.now() - since) / 1000)), 5_000)
    return () => clearInterval(timer)
  }, [waiting, since])
  return seconds
}
