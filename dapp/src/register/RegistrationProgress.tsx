import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Link } from 'react-router'
import type { Registered } from '../api/access.ts'
import { confirmReceipt, registrationQuery } from '../api/access.ts'
import { decodeCredential } from '../credentials/decode.ts'
import { keepCredential } from '../credentials/use-kept.ts'
import { Button } from '../parts/Button.tsx'
import { Copy } from '../parts/Copy.tsx'
import { ReadProblem } from '../parts/Notice.tsx'
import { ProofSummary } from '../presentation/ProofSummary.tsx'
import type { Holder } from '../presentation/present.ts'
import { Refusal } from '../presentation/Refusal.tsx'
import { usePresent } from '../presentation/use-present.ts'
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
  const present = usePresent()
  const queries = useQueryClient()
  const decoded = registered.credential === undefined ? undefined : decodeCredential(registered.credential)
  const credential = decoded?.ok ? decoded.value : undefined
  const { receipt } = registered
  const sign = useMutation({
    mutationFn: async () => {
      if (credential === undefined || receipt === undefined)
        throw new Error('The answer held no credential to confirm.')
      // The challenge that came along may have run out while somebody read: then a fresh one is asked.
      const given = receipt.expiresAt > Date.now() / 1000 + 5 ? receipt : undefined
      const confirmed = await confirmReceipt(await present('receipt', holder, [credential], given))
      const kept = confirmed.receipt === undefined ? undefined : decodeCredential(confirmed.receipt)
      if (kept?.ok) keepCredential(holder.address, kept.value)
      return confirmed
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['registration', registered.account] }),
  })
  if (credential === undefined) return null
  return (
    <>
      <ProofSummary operation="receipt" credentials={[credential]} />
      <p className="soft">The credential is kept in this browser already; see “My credentials”.</p>
      <p>
        <Button look="main" isDisabled={sign.isPending} onPress={() => sign.mutate()}>
          Sign the receipt
        </Button>
      </p>
      {sign.error === null ? null : <Refusal error={sign.error} title="Not confirmed" />}
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
