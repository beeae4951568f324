import { useState } from 'react'
import { decideComposition } from '../../actions/innovation-actions.ts'
import { Journey } from '../../actions/Journey.tsx'
import { useMarketAction } from '../../actions/use-market-action.ts'
import { keepReason, type ShownComposition } from '../../api/compositions.ts'
import { useSettings } from '../../app/settings.ts'
import { Button } from '../../parts/Button.tsx'
import { messageOf, Notice } from '../../parts/Notice.tsx'
import { TextInput } from '../../parts/TextInput.tsx'
import { NeedWallet } from '../innovation/NeedWallet.tsx'

/** The provider of one service says yes or no; a no says why. */
export function DecideStep({ composition, place }: { composition: ShownComposition; place: number }) {
  const { addresses } = useSettings()
  const { stage, run, busy } = useMarketAction(decideComposition)
  const [words, setWords] = useState('')
  const [problem, setProblem] = useState<string>()
  const { id, services } = composition
  const decide = async (approve: boolean) => {
    setProblem(undefined)
    try {
      const reason = await keepReason(id, words.trim())
      const { title } = services[place]!
      await run({ contract: addresses.CompositionRegistry, id, place, approve, reason, title })
    } catch (error) {
      setProblem(messageOf(error))
    }
  }
  return (
    <div className="stack">
      <p className="soft small">
        Approving lets the user run the chain, and offer it to others as one composed service. Your service is then used
        and paid under your agreement with this user, whoever calls; ending that agreement ends it.
      </p>
      <TextInput label="A word to the user" hint="A no needs one." value={words} onChange={setWords} />
      <NeedWallet>
        <Button look="main" isDisabled={busy} onPress={() => void decide(true)}>
          Approve
        </Button>{' '}
        <Button
          missing={words.trim() === '' ? 'Say why not first: the user reads it.' : undefined}
          isDisabled={busy}
          onPress={() => void decide(false)}
        >
          Reject
        </Button>
      </NeedWallet>
      {problem === undefined ? null : (
        <Notice tone="wrong" title="Not sent">
          <p>{problem}</p>
        </Notice>
      )}
      <Journey stage={stage} />
    </div>
  )
}
