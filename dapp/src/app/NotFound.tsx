import { Link, useRouteError } from 'react-router'
import { Button } from '../parts/Button.tsx'
import { messageOf, Notice } from '../parts/Notice.tsx'
import { useTitle } from '../parts/title.ts'

const HOME = { to: '/', label: 'See the communities' }

export function NotFound({ what = 'page', way = HOME }: { what?: string; way?: typeof HOME }) {
  useTitle(`No such ${what}`)
  return (
    <div className="stack">
      <h1>There is no such {what}</h1>
      <p className="soft">The address may be incomplete{what === 'page' ? '' : ', or it is not for you to see'}.</p>
      <Link className="button main" to={way.to}>
        {way.label}
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
