import type { MarketCheckName } from '@opem/domain'
import { useEffect, useRef, useState } from 'react'
import { useSettings } from '../../app/settings.ts'
import { Button } from '../../parts/Button.tsx'
import { messageOf, Notice } from '../../parts/Notice.tsx'
import { Progress } from '../../parts/Progress.tsx'
import { auditInWorker } from './audit-in-worker.ts'
import { MarketVerdicts } from './MarketVerdicts.tsx'
import type { MarketAuditOutcome } from './run-market-audit.ts'
import { CHECK_WORDS } from './words.ts'

type State =
  | { at: 'idle' }
  | { at: 'running'; step: MarketCheckName; done: number; of: number }
  | { at: 'done'; outcome: MarketAuditOutcome; seconds: number }
  | { at: 'failed'; reason: string }

type Props = { span: { from?: number; to?: number }; withIndex: boolean }

/** Runs the audit of the market, shows how far it is, and its verdict. */
export function MarketAuditRun({ span, withIndex }: Props) {
  const settings = useSettings()
  const [state, setState] = useState<State>({ at: 'idle' })
  const stop = useRef<AbortController>(undefined)
  // Who goes elsewhere wants no answer any more.
  useEffect(() => () => stop.current?.abort(), [])

  const run = async () => {
    const own = new AbortController()
    stop.current = own
    const began = performance.now()
    setState({ at: 'running', step: 'events', done: 0, of: 0 })
    try {
      const outcome = await auditInWorker({
        ...{ settings, origin: window.location.origin, span, withIndex, signal: own.signal },
        onProgress: (step, done, of) => {
          if (!own.signal.aborted) setState({ at: 'running', step, done, of })
        },
      })
      setState({ at: 'done', outcome, seconds: (performance.now() - began) / 1000 })
    } catch (error) {
      setState(own.signal.aborted ? { at: 'idle' } : { at: 'failed', reason: messageOf(error) })
    }
  }

  return (
    <section className="panel" aria-label="Audit">
      <div className="row">
        <Button look="main" isDisabled={state.at === 'running'} onPress={run}>
          Audit the market
        </Button>
        {state.at === 'running' ? <Button onPress={() => stop.current?.abort()}>Stop audit</Button> : null}
      </div>
      {state.at === 'running' ? (
        <Progress label={CHECK_WORDS[state.step].doing} value={state.done} of={state.of} />
      ) : null}
      {state.at === 'failed' ? (
        <Notice tone="wrong" title="The audit could not be finished">
          <p>{state.reason}</p>
        </Notice>
      ) : null}
      {state.at === 'done' ? <MarketVerdicts outcome={state.outcome} seconds={state.seconds} /> : null}
    </section>
  )
}
