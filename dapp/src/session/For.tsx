import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { roleList } from '../credentials/claims.ts'
import { useTitle } from '../parts/title.ts'
import type { Need } from './access.ts'
import { mayEnter, ruleOf } from './access.ts'
import { useSession } from './session.ts'

/** Shows a page to whom it is for; to others, politely, the rule and who they are. The API refuses them as well. */
export function For({ need, title, children }: { need: Need; title: string; children: ReactNode }) {
  const session = useSession()
  if (!session) return null
  return mayEnter(need, session) ? children : <NotForYou need={need} title={title} />
}

function NotForYou({ need, title }: { need: Need; title: string }) {
  useTitle(title)
  const session = useSession()
  return (
    <div className="stack">
      <h1>{title}</h1>
      <p>{ruleOf(need)}</p>
      <p className="soft">
        You are signed in as {session?.name ?? 'somebody'}
        {session ? ` (${roleList([...session.actors])})` : ''}. If you need this page, ask your company’s administrator
        for the role or the marketplace’s operator for the account.
      </p>
      <Link className="button main" to="/">
        See the communities
      </Link>
    </div>
  )
}
