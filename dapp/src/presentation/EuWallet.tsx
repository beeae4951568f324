import type { Operation } from '@opem/domain'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { askEuWallet, walletAnswerQuery } from '../api/access.ts'
import { Button } from '../parts/Button.tsx'
import { Copy } from '../parts/Copy.tsx'
import type { OpenId4VpProof } from './proof.ts'
import { Refusal } from './Refusal.tsx'

type Props = {
  operation: Operation
  /** What the answer is for, on the button. */
  label: string
  isDisabled?: boolean
  missing?: string | undefined
  /** Presents the wallet's answer. */
  use: (proof: OpenId4VpProof) => Promise<unknown>
}

/** A request that an EU wallet fetches (OpenID4VP 1.0), shows, and answers to the marketplace; then it is presented. */
export function EuWallet({ operation, label, isDisabled = false, missing, use }: Props) {
  const ask = useMutation({ mutationFn: () => askEuWallet(operation) })
  const request = ask.data?.id
  const answer = useQuery(walletAnswerQuery(request))
  const send = useMutation({ mutationFn: (id: string) => use({ kind: 'openid4vp', request: id }) })
  const answered = answer.data?.status === 'answered'
  // Once: the answer is used up by presenting it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the answer is awaited
  useEffect(() => {
    if (answered && request !== undefined) send.mutate(request)
  }, [answered, request])
  const again = () => {
    send.reset()
    ask.mutate()
  }
  return (
    <div className="stack">
      <Button missing={missing} isDisabled={isDisabled || ask.isPending || send.isPending} onPress={again}>
        {ask.data === undefined ? label : 'Make a new request'}
      </Button>
      {ask.data === undefined || answered ? null : (
        <>
          <a className="button main" href={ask.data.requestUri}>
            Open in the wallet
          </a>
          <p className="soft small">On another device: copy the link there.</p>
          <Copy text={ask.data.requestUri} label="request for an EU wallet" />
        </>
      )}
      <div aria-live="polite">
        {request === undefined || send.error !== null || answer.error !== null ? null : answered ? (
          <p className="soft">The wallet has answered. The marketplace checks everything …</p>
        ) : answer.data?.status === 'refused' ? (
          <p>The wallet’s answer was not taken: {answer.data.reason}. Answer again, or make a new request.</p>
        ) : (
          <p className="soft">Waiting for the wallet’s answer …</p>
        )}
      </div>
      {[ask.error, answer.error, send.error].map((error) =>
        error === null ? null : <Refusal key={error.message} error={error} title="Not done" />,
      )}
    </div>
  )
}
