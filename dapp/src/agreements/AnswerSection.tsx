import type { AgreementDocument } from '@opem/domain'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { concludeAgreement } from '../actions/agreement-actions.ts'
import { Journey } from '../actions/Journey.tsx'
import { useAction } from '../actions/use-action.ts'
import {
  agreementQuery,
  refuseOffer,
  Shown,
  type ShownAgreement,
  sendSignature,
  untilFollowed,
  withdrawOffer,
} from '../api/agreements.ts'
import { exchange } from '../api/http.ts'
import { useWalletNeed } from '../app/use-wallet-need.ts'
import { Button } from '../parts/Button.tsx'
import { Check } from '../parts/Checks.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { Refusal } from '../presentation/Refusal.tsx'
import { CounterForm } from './CounterForm.tsx'
import { TermsChecks } from './TermsShown.tsx'
import { useSignTerms } from './use-sign-terms.ts'

/** An open offer: whose turn it is signs, refuses or offers other terms; who made it may take it back. */
export function AnswerSection({ it }: { it: ShownAgreement }) {
  if (it.stage !== 'offered' || it.document === null) return null
  return it.turn === it.side ? <YourTurn it={it} document={it.document} /> : <TheirTurn it={it} />
}

function YourTurn({ it, document }: { it: ShownAgreement; document: AgreementDocument }) {
  const wallet = useWalletNeed()
  const queries = useQueryClient()
  const signTerms = useSignTerms()
  const conclude = useAction(concludeAgreement)
  const [relay, setRelay] = useState(false)
  const [reason, setReason] = useState('')
  const again = () => queries.invalidateQueries({ queryKey: agreementQuery(it.id).queryKey })
  const sign = useMutation({
    mutationFn: async () => {
      await sendSignature(it.id, await signTerms({ terms: it.terms, document }), relay)
      if (relay) return
      // Who signs last sends it.
      const { signatures } = await exchange(`/v1/agreements/${it.id}`, Shown)
      if (signatures === null) return
      await conclude.run({ contract: it.contract, terms: it.terms, signatures }, async ({ blockNumber }) =>
        untilFollowed(blockNumber),
      )
    },
    onSettled: again,
  })
  const refuse = useMutation({ mutationFn: () => refuseOffer(it.id, reason.trim()), onSettled: again })
  return (
    <section className="panel stack" aria-labelledby="answer">
      <h2 id="answer">Your answer</h2>
      <p>
        Read the agreement in words below first. Your signature is the second: the agreement is concluded as soon as the
        chain has both.
      </p>
      <TermsChecks terms={it.terms} document={document} />
      {it.relays ? (
        <Check value={relay} onChange={setRelay}>
          My wallet holds no ether: let the marketplace bring it to the chain
        </Check>
      ) : null}
      <p>
        <Button
          look="main"
          missing={wallet.missing}
          isDisabled={wallet.waits || sign.isPending}
          onPress={() => sign.mutate()}
        >
          Sign and conclude
        </Button>
      </p>
      {sign.isPending && conclude.stage.at === 'idle' ? (
        <p className="soft" role="status">
          Checked with the chain first; then please sign in your wallet …
        </p>
      ) : null}
      <Journey stage={conclude.stage} />
      {sign.error === null ? null : <Refusal error={sign.error} title="Not signed" />}
      <details>
        <summary>Offer other terms</summary>
        <CounterForm it={it} document={document} />
      </details>
      <details>
        <summary>Refuse</summary>
        <div className="stack">
          <TextInput label="Reason" hint="The other side reads it." value={reason} onChange={setReason} />
          <p>
            <Button
              missing={reason.trim() === '' ? 'Say why you refuse first: the other side reads it.' : undefined}
              isDisabled={refuse.isPending}
              onPress={() => refuse.mutate()}
            >
              Refuse the offer
            </Button>
          </p>
          {refuse.error === null ? null : <Refusal error={refuse.error} title="Not refused" />}
        </div>
      </details>
    </section>
  )
}

function TheirTurn({ it }: { it: ShownAgreement }) {
  const queries = useQueryClient()
  const withdraw = useMutation({
    mutationFn: () => withdrawOffer(it.id),
    onSettled: () => queries.invalidateQueries({ queryKey: agreementQuery(it.id).queryKey }),
  })
  return (
    <section className="panel stack" aria-labelledby="answer">
      <h2 id="answer">The other side’s answer</h2>
      <p>You have signed. The other side was told and answers next; you need not stay.</p>
      <p>
        <Button isDisabled={withdraw.isPending} onPress={() => withdraw.mutate()}>
          Withdraw my offer
        </Button>
      </p>
      {withdraw.error === null ? null : <Refusal error={withdraw.error} title="Not withdrawn" />}
    </section>
  )
}
