import type { Verdict } from '@opem/domain'
import { useState } from 'react'
import { FileTrigger } from 'react-aria-components'
import { readAdjustments } from '../api/adjustments.ts'
import type { Community } from '../api/communities.ts'
import { readPrices } from '../api/prices.ts'
import type { Range } from '../api/trading.ts'
import { readTrading } from '../api/trading.ts'
import { useChain, useSettings } from '../app/settings.ts'
import { seriesOf } from '../format/rules.ts'
import { Button } from '../parts/Button.tsx'
import { messageOf, Notice } from '../parts/Notice.tsx'
import { Progress } from '../parts/Progress.tsx'
import type { Evidence } from './evidence-file.ts'
import { evidenceIn, parseEvidence } from './evidence-file.ts'
import type { AuditOutcome } from './run-audit.ts'
import { runAudit } from './run-audit.ts'
import { Verdicts } from './Verdicts.tsx'

type State =
  | { at: 'idle' }
  | { at: 'running'; done: number; of: number; verdicts: readonly Verdict[]; stop: AbortController }
  | { at: 'done'; outcome: AuditOutcome; seconds: number }
  | { at: 'failed'; reason: string }

/** Runs the audit of a range, shows how far it is, and its verdict. */
export function AuditRun({ community, range }: { community: Community; range: Range }) {
  const client = useChain()
  const settings = useSettings()
  const [state, setState] = useState<State>({ at: 'idle' })
  const [file, setFile] = useState<Evidence & { name: string }>()
  const [fileProblem, setFileProblem] = useState<string>()

  const choose = async (files: FileList | null) => {
    const chosen = files?.[0]
    if (chosen === undefined) return
    setState({ at: 'idle' })
    try {
      setFile({ name: chosen.name, ...parseEvidence(await chosen.text()) })
      setFileProblem(undefined)
    } catch (error) {
      setFile(undefined)
      setFileProblem(messageOf(error))
    }
  }

  const run = async () => {
    const stop = new AbortController()
    const began = performance.now()
    setState({ at: 'running', done: 0, of: 0, verdicts: [], stop })
    try {
      const prices = (
        await Promise.all(seriesOf(community.rules).map((series) => readPrices(series, range, stop.signal)))
      ).flat()
      const outcome = await runAudit({
        client,
        settings,
        community: community.id,
        range,
        timeZone: community.timeZone,
        rulesDocs: community.rules,
        prices,
        pricesIn: (series, part) => readPrices(series, part, stop.signal),
        evidenceOf: async (part) =>
          file === undefined
            ? readTrading(community.id, part, undefined, stop.signal)
            : evidenceIn(file.batches, community.id, part),
        adjustments:
          file === undefined
            ? await readAdjustments(community.id, 'period', range, undefined, stop.signal)
            : file.adjustments.filter((one) => one.community === community.id),
        onProgress: (done, of, verdicts) => setState({ at: 'running', done, of, verdicts, stop }),
        signal: stop.signal,
      })
      setState({ at: 'done', outcome, seconds: (performance.now() - began) / 1000 })
    } catch (error) {
      setState(stop.signal.aborted ? { at: 'idle' } : { at: 'failed', reason: messageOf(error) })
    }
  }

  return (
    <section className="panel" aria-label="Audit">
      <div className="row">
        <Button look="main" isDisabled={state.at === 'running'} onPress={run}>
          Start audit
        </Button>
        {state.at === 'running' ? <Button onPress={() => state.stop.abort()}>Stop audit</Button> : null}
        <FileTrigger acceptedFileTypes={['.ndjson', '.jsonl', '.json']} onSelect={choose}>
          <Button>Choose evidence file</Button>
        </FileTrigger>
        {file === undefined ? (
          <span className="soft small">Evidence from the marketplace</span>
        ) : (
          <>
            <span className="badge">
              {file.name}: {file.batches.length} batches
            </span>
            <Button look="plain" onPress={() => setFile(undefined)}>
              Use the marketplace’s evidence
            </Button>
          </>
        )}
      </div>
      {fileProblem === undefined ? null : (
        <Notice tone="wrong" title="This file is no evidence">
          <p>{fileProblem}</p>
        </Notice>
      )}
      {state.at === 'running' ? <Progress label="Batches audited" value={state.done} of={state.of} /> : null}
      {state.at === 'failed' ? (
        <Notice tone="wrong" title="The audit could not be finished">
          <p>{state.reason}</p>
        </Notice>
      ) : null}
      {state.at === 'done' ? (
        <Verdicts outcome={state.outcome} seconds={state.seconds} timeZone={community.timeZone} />
      ) : null}
    </section>
  )
}
