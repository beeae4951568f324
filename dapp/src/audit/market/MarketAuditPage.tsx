import { useState } from 'react'
import { Check } from '../../parts/Checks.tsx'
import { Copy } from '../../parts/Copy.tsx'
import { TextInput } from '../../parts/TextInput.tsx'
import { useTitle } from '../../parts/title.ts'
import { AuditTabs } from '../AuditTabs.tsx'
import { MarketAuditRun } from './MarketAuditRun.tsx'
import { spanOf } from './span.ts'
import { commandOf } from './words.ts'

/** Anybody may audit the market, signed in or not: what it is made of is public. */
export function MarketAuditPage() {
  useTitle('Audit of the market')
  const [first, setFirst] = useState('')
  const [last, setLast] = useState('')
  const [withIndex, setWithIndex] = useState(true)
  const chosen = spanOf(first, last)
  return (
    <>
      <header className="page-head">
        <h1>Audit of the market</h1>
        <p className="soft">
          Your browser reads the events of the market’s contracts, rebuilds every purse, payment, reserve, fee, listing
          and agreement from nothing, asks each contract what it says, counts the tokens, and recovers who signed. You
          need no account for it, and to trust nobody.
        </p>
        <AuditTabs />
      </header>
      <div className="sections">
        <section className="stack" aria-label="What to audit">
          <div className="form-grid">
            <TextInput
              label="First day"
              type="date"
              value={first}
              onChange={setFirst}
              hint="In UTC; empty: from the beginning. Balances are rebuilt from the first event in any case."
            />
            <TextInput
              label="Last day"
              type="date"
              value={last}
              onChange={setLast}
              hint="In UTC; empty: until now. The contracts are asked what they said at its end."
              problem={chosen.ok ? undefined : chosen.reason}
            />
          </div>
          <Check value={withIndex} onChange={setWithIndex}>
            Hold the marketplace’s index (/subgraph) against the chain as well
          </Check>
        </section>
        {chosen.ok ? (
          <>
            <MarketAuditRun key={`${first}/${last}/${withIndex}`} span={chosen.span} withIndex={withIndex} />
            <section className="stack" aria-labelledby="command">
              <h2 id="command">The same on the command line</h2>
              <Copy label="audit command" text={commandOf(chosen.span, withIndex)} />
            </section>
          </>
        ) : null}
      </div>
    </>
  )
}
