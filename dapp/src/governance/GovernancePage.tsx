import { useTitle } from '../parts/title.ts'
import { For } from '../session/For.tsx'
import { AuditLogSection } from './AuditLogSection.tsx'
import { FeeSection } from './FeeSection.tsx'
import { OperationsSection } from './OperationsSection.tsx'
import { WaitingSection } from './WaitingSection.tsx'

/** What whoever operates the marketplace looks after: what waits, what governs it, what was done. */
export function GovernancePage() {
  useTitle('Governance')
  return (
    <For need={{ kind: 'operator' }} title="Governance">
      <header className="page-head">
        <h1>Governance</h1>
      </header>
      <div className="sections">
        <WaitingSection />
        <FeeSection />
        <OperationsSection />
        <AuditLogSection />
      </div>
    </For>
  )
}
