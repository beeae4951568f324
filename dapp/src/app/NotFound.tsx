import { Link, useRouteError } from 'react-router'
import { Button } from '../parts/Button.tsx'
import { messageOf, Notice } from '../parts/Notice.tsx'
import { useTitle } from '../parts/title.ts'

export function NotFound({ what = 'page' }: { what?: string }) {
  useTitle(`No such ${what}`)
  return (
    <div className="stack">
      <h1>There is no such {what}</h1>
      <p className="soft">The address may be incomplete.</p>
      <Link className="button main" to="/">
        See the communities
      </Link>
    </div>
  )
}

/** A page that could not be fetched or drawn. */
export function PageProblem() {
  const error = useRouteError()
  useTitle('Problem')
  return (
    <Notice
      tone="wrong"
      title="This page could not be shown"
      action={<Button onPress={() => window.location.reload()}>Load again</Button>}
    >
      <p>{messageOf(error)}</p>
    </Notice>
  )
}
