import { Dialog, DialogTrigger, Heading, Popover } from 'react-aria-components'
import { Link, useLocation } from 'react-router'
import { useConnection } from 'wagmi'
import { roleList } from '../credentials/claims.ts'
import { sameDid, shortDid } from '../credentials/did.ts'
import { Button } from '../parts/Button.tsx'
import { Facts } from '../parts/Facts.tsx'
import { Refusal } from '../presentation/Refusal.tsx'
import { useHolder } from '../presentation/use-holder.ts'
import { signInPath } from './back.ts'
import { useSession } from './session.ts'
import { useSignOut } from './use-sign-out.ts'

/** Who is signed in, and the way in or out. */
export function SessionMenu() {
  const session = useSession()
  const { pathname, search } = useLocation()
  const holder = useHolder()
  const { address } = useConnection()
  const signOut = useSignOut()
  if (session === undefined) return null
  if (session === null)
    return pathname === '/sign-in' ? null : (
      <Link className="button main" to={signInPath(`${pathname}${search}`)}>
        Sign in
      </Link>
    )
  return (
    <DialogTrigger>
      <Button aria-label={`Signed in as ${session.name}`}>
        <span className="who">{session.name}</span>
      </Button>
      <Popover className="popover wallet" placement="bottom end">
        <Dialog aria-label="Signed in">
          {({ close }) => (
            <div className="stack">
              <Heading slot="title">{session.name}</Heading>
              <Facts
                of={[
                  ...(session.organisation === null ? [] : ([['For', session.organisation]] as const)),
                  ['Acts as', roleList(session.actors)],
                  [
                    'DID',
                    <span key="did" className="mono">
                      {session.did}
                    </span>,
                  ],
                ]}
              />
              {holder !== undefined && !sameDid(holder.did, session.did) ? (
                <p className="small soft">
                  The connected wallet ({shortDid(holder.did)}) is another one: it signs transactions, not this session.
                </p>
              ) : address === undefined ? (
                <p className="small soft">No wallet is connected. You need one only to sign.</p>
              ) : null}
              <Link className="button" to="/credentials" onClick={close}>
                My credentials
              </Link>
              <Button isDisabled={signOut.isPending} onPress={() => signOut.mutateAsync().then(close, () => {})}>
                Sign out
              </Button>
              {signOut.error === null ? null : <Refusal error={signOut.error} title="Still signed in" />}
            </div>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}
