import type { Hex } from '@opem/domain'
import { useState } from 'react'
import type { Address } from 'viem'
import type { BusinessAction } from '../../actions/action.ts'
import { Journey } from '../../actions/Journey.tsx'
import { Sending } from '../../actions/Sending.tsx'
import { useMarketAction } from '../../actions/use-market-action.ts'
import { keepReason } from '../../api/services.ts'
import { Button, firstMissing } from '../../parts/Button.tsx'
import { messageOf } from '../../parts/Notice.tsx'
import { TextInput } from '../../parts/TextInput.tsx'

type Target = { registry: Address; listing: Hex; title: string }

/** A step on chain that others are told the reason of: the words stay off the chain, their digest goes there. */
export function ReasonedStep({
  action,
  target,
  sure = false,
}: {
  action: BusinessAction<Target & { reason: Hex }>
  target: Target
  /** What cannot be taken back asks for the title once more. */
  sure?: boolean
}) {
  const { stage, run, busy } = useMarketAction(action)
  const [words, setWords] = useState('')
  const [typed, setTyped] = useState('')
  const [problem, setProblem] = useState<string>()
  const go = async () => {
    setProblem(undefined)
    try {
      await run({ ...target, reason: await keepReason(target.listing, words.trim()) })
    } catch (error) {
      setProblem(messageOf(error))
    }
  }
  const [, consequence] = action.describe({ ...target, reason: '0x' }).at(-1)!
  return (
    <div className="stack">
      <p>{consequence}</p>
      <TextInput
        label={`Reason to ${action.title.toLowerCase()}`}
        hint="Its users and the operator may read it. Name no person."
        value={words}
        onChange={setWords}
      />
      {sure ? <TextInput label={`Type “${target.title}” to be sure`} value={typed} onChange={setTyped} /> : null}
      <Button
        look="main"
        missing={firstMissing(
          [words.trim() === '', 'Give the reason first.'],
          [sure && typed.trim() !== target.title, `Type “${target.title}” first, to be sure.`],
        )}
        isDisabled={busy}
        onPress={() => void go()}
      >
        {action.title}
      </Button>
      <Sending problem={problem} stage={stage} />
    </div>
  )
}

/** The same without a reason. */
export function PlainStep({ action, target }: { action: BusinessAction<Target>; target: Target }) {
  const { stage, run, busy } = useMarketAction(action)
  return (
    <div className="stack">
      <Button look="main" isDisabled={busy} onPress={() => void run(target)}>
        {action.title}
      </Button>
      <Journey stage={stage} />
    </div>
  )
}
