import { useTitle } from '../parts/title.ts'
import { For } from '../session/For.tsx'
import { useSession } from '../session/session.ts'
import { MachinesSection } from './MachinesSection.tsx'
import { SystemsSection } from './SystemsSection.tsx'
import { UsersSection } from './UsersSection.tsx'

/** What a company's administrator looks after: the people and the systems that act for the company. */
export const CompanyPage = () => (
  <For need={{ kind: 'company-administrator' }} title="Company">
    <Page />
  </For>
)

function Page() {
  useTitle('Company')
  const session = useSession()
  return (
    <>
      <header className="page-head">
        <h1>{session?.organisation ?? 'Company'}</h1>
        <p className="soft">
          Who acts for your company here. Your company’s wallet says who they are; here you limit what they may do, at
          once.
        </p>
      </header>
      <div className="sections">
        <UsersSection />
        <SystemsSection />
        <MachinesSection />
      </div>
    </>
  )
}
