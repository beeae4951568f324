import { useQueryClient } from '@tanstack/react-query'
import { Link, Navigate, useNavigate, useSearchParams } from 'react-router'
import type { Session } from '../api/access.ts'
import { WalletStep } from '../app/WalletStep.tsx'
import { useTitle } from '../parts/title.ts'
import { useHolder } from '../presentation/use-holder.ts'
import { backPath } from '../session/back.ts'
import { sessionChanged } from '../session/channel.ts'
import { forgetEverything } from '../session/queries.ts'
import { useSession } from '../session/session.ts'
import { CloudWalletWay } from './CloudWalletWay.tsx'
import { EuWalletWay } from './EuWalletWay.tsx'
import { WalletWay } from './WalletWay.tsx'

/** The door: choose a wallet, choose what to show, read it, sign. */
export function SignInPage() {
  useTitle('Sign in')
  const [search] = useSearchParams()
  const back = backPath(search.get('back'))
  const session = useSession()
  const holder = useHolder()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const signedIn = (next: Session) => {
    forgetEverything(queries, next)
    queries.setQueryData(['session-ended'], false)
    sessionChanged('signed-in')
    navigate(back, { replace: true })
  }
  if (session) return <Navigate to={back} replace />
  return (
    <>
      <header className="page-head">
        <h1>Sign in</h1>
        <p className="soft">
          You show your account and sign for it: nothing else is needed, and nothing is stored.
          {back === '/' ? null : ' Afterwards you come back to the page you wanted.'}
        </p>
      </header>
      <div className="sections">
        <WalletStep />
        {holder === undefined ? null : <WalletWay key={holder.did} holder={holder} signedIn={signedIn} />}
        <section aria-labelledby="others">
          <h2 id="others">Other ways</h2>
          <div className="tight">
            <EuWalletWay signedIn={signedIn} />
            <CloudWalletWay />
          </div>
        </section>
        <p>
          No account yet? <Link to="/register">Register</Link> as a person or for your company.
        </p>
      </div>
    </>
  )
}
