import { useState } from 'react'
import { terminateAgreement } from '../actions/agreement-actions.ts'
import { Journey } from '../actions/Journey.tsx'
import { useAction } from '../actions/use-action.ts'
import { keepReason, type ShownAgreement, untilFollowed } from '../api/agreements.ts'
import { useWalletNeed } from '../app/use-wallet-need.ts'
import { Button, firstMissing } from '../parts/Button.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { Refusal } from '../presentation/Refusal.tsx'

const DAY = 86_400

/** Ending an agreement early, within its terms: the contract lets nobody else do it. */
export function EndSection({ it }: { it: ShownAgreement }) {
  const wallet = useWalletNeed()
  const end = useAction(terminateAgreement)
  const [reason, setReason] = useState('')
  const [error, setError] = useState<unknown>()
  const days = it.terms.notice / DAY
  const run = async () => {
    setError(undefined)
    try {
      // The words stay with the marketplace; on the chain is their digest.
      const digest = await keepReason(it.id, reason.trim())
      const asProvider = it.side === 'provider'
      await end.run({ contract: it.contract, terms: it.terms, asProvider, reason: digest }, async ({ blockNumber }) =>
        untilFollowed(blockNumber),
      )
    } catch (cause) {
      setError(cause)
    }
  }
  return (
    <section className="panel stack" aria-labelledby="end">
      <h2 id="end">End the agreement</h2>
      <p>
        {days === 0 ? 'It ends at once.' : `It ends ${days} ${days === 1 ? 'day' : 'days'} after the chain has it.`}{' '}
        This cannot be taken back.
      </p>
      <TextInput label="Why it ends" hint="The other side reads it." value={reason} onChange={setReason} />
      <p>
        <Button
          missing={firstMissing([reason.trim() === '', 'Say why it ends first.']) ?? wallet.missing}
          isDisabled={wallet.waits || end.busy}
          onPress={run}
        >
          End the agreement
        </Button>
      </p>
      <Journey stage={end.stage} />
      {error === undefined ? null : <Refusal error={error} title="Not ended" />}
    </section>
  )
}
