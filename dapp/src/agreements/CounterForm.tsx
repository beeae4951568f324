import type { AgreementDocument } from '@opem/domain'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { type ShownAgreement, sendOffer } from '../api/agreements.ts'
import { useWalletNeed } from '../app/use-wallet-need.ts'
import { Button } from '../parts/Button.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { Refusal } from '../presentation/Refusal.tsx'
import { counterTerms, draftOf, problemsOf } from './counter-terms.ts'
import { TermsShown } from './TermsShown.tsx'
import { useSignTerms } from './use-sign-terms.ts'

const randomSalt = () => crypto.getRandomValues(new BigUint64Array(1))[0]!

/** Other terms in answer to an offer: written, read as words, signed anew. */
export function CounterForm({ it, document }: { it: ShownAgreement; document: AgreementDocument }) {
  const wallet = useWalletNeed()
  const navigate = useNavigate()
  const signTerms = useSignTerms()
  const [draft, setDraft] = useState(() => draftOf(it.terms, document))
  const [salt] = useState(randomSalt)
  const problems = problemsOf(draft, it.terms.plan)
  const good = Object.keys(problems).length === 0
  const offer = good
    ? counterTerms(it.terms, document, draft, { now: Math.floor(Date.now() / 60_000) * 60, salt })
    : undefined
  const send = useMutation({
    mutationFn: async () => sendOffer({ ...offer!, signature: await signTerms(offer!) }, it.id),
    onSuccess: ({ id }) => navigate(`/agreements/${id}`),
  })
  return (
    <div className="stack">
      <div className="form-grid">
        <TextInput
          label="Price"
          suffix="EUR"
          value={draft.price}
          onChange={(price) => setDraft({ ...draft, price })}
          problem={problems.price}
        />
        <TextInput
          label="Notice"
          suffix="days"
          value={draft.noticeDays}
          onChange={(noticeDays) => setDraft({ ...draft, noticeDays })}
          problem={problems.noticeDays}
        />
        <TextInput
          label="Until"
          type="date"
          hint="Left empty: without an end."
          value={draft.end}
          onChange={(end) => setDraft({ ...draft, end })}
        />
      </div>
      <TextInput
        label="Agreed besides"
        hint="What the two of you agree on beyond the listing."
        value={draft.besides}
        onChange={(besides) => setDraft({ ...draft, besides })}
      />
      {offer === undefined ? null : (
        <details>
          <summary>Your terms in words</summary>
          <TermsShown terms={offer.terms} document={offer.document} />
        </details>
      )}
      <p>
        <Button
          missing={good ? wallet.missing : 'A value above cannot be used yet: its field says why.'}
          isDisabled={wallet.waits || send.isPending}
          onPress={() => send.mutate()}
        >
          Sign and send other terms
        </Button>
      </p>
      {send.error === null ? null : <Refusal error={send.error} title="Not sent" />}
    </div>
  )
}
