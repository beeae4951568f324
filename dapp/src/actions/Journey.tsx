import { Copy } from '../parts/Copy.tsx'
import { Notice } from '../parts/Notice.tsx'
import type { Stage } from './action.ts'

const steps = ['sent', 'confirmed', 'indexed'] as const
const meaning = { sent: 'a node has it', confirmed: 'a block holds it', indexed: 'every page shows it' } as const

function sentence(stage: Stage): string {
  switch (stage.at) {
    case 'idle':
      return ''
    case 'checking':
      return 'Asking the contract …'
    case 'signing':
      return 'Please sign in your wallet.'
    case 'sent':
      return 'Sent. Waiting for a block …'
    case 'confirmed':
      return `Confirmed in block ${stage.block}. Waiting for the index …`
    case 'indexed':
      return `Done: sent, confirmed in block ${stage.block}, indexed.`
    case 'refused':
      return stage.reason
  }
}

/** The three honest states of a transaction, and in words what happens now. */
export function Journey({ stage }: { stage: Stage }) {
  // The region stands before it has something to say, so that a screen reader follows it.
  if (stage.at === 'idle') return <div aria-live="polite" className="visually-hidden" />
  if (stage.at === 'refused')
    return (
      <Notice tone="wrong" title={stage.hash === undefined ? 'Not sent' : 'Not completed'}>
        <p>{stage.reason}</p>
        {stage.hash === undefined ? null : <Copy text={stage.hash} label="transaction hash" />}
      </Notice>
    )
  const reached = steps.indexOf(stage.at as (typeof steps)[number])
  return (
    <div className="journey" aria-live="polite">
      <ol aria-hidden="true">
        {steps.map((step, i) => (
          <li key={step} className={i <= reached ? 'reached' : i === reached + 1 ? 'next' : ''}>
            <b>{step}</b> <span>{meaning[step]}</span>
          </li>
        ))}
      </ol>
      <p>{sentence(stage)}</p>
      {'hash' in stage ? <Copy text={stage.hash} label="transaction hash" /> : null}
    </div>
  )
}
