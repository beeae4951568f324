import { useTitle } from '../parts/title.ts'
import { mayEnter } from '../session/access.ts'
import { useSession } from '../session/session.ts'
import { EmailSection } from './EmailSection.tsx'
import { InboxSection } from './InboxSection.tsx'
import { PreferencesSection } from './PreferencesSection.tsx'
import { WebhooksSection } from './WebhooksSection.tsx'

/** What the marketplace told the account, and by which ways it tells the reader. */
export function NotificationsPage() {
  useTitle('Notifications')
  const session = useSession()
  if (!session) return null
  const ownsAccount = session.kind !== 'company' || mayEnter({ kind: 'company-administrator' }, session)
  return (
    <>
      <header className="page-head">
        <h1>Notifications</h1>
      </header>
      <div className="sections">
        <InboxSection />
        <EmailSection />
        <PreferencesSection />
        {ownsAccount ? <WebhooksSection /> : null}
      </div>
    </>
  )
}
