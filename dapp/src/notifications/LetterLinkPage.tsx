import { useMutation } from '@tanstack/react-query'
import { Link } from 'react-router'
import { confirmEmail, stopLetters } from '../api/notifications.ts'
import { Button } from '../parts/Button.tsx'
import { Notice } from '../parts/Notice.tsx'
import { useTitle } from '../parts/title.ts'
import { Refusal } from '../presentation/Refusal.tsx'

/** The link of a letter stands behind `#`, so that no server writes it down. */
const tokenOf = () => decodeURIComponent(window.location.hash.slice(1))

/** Opened from a letter: this address is mine. */
export const ConfirmPage = () => (
  <LetterLink
    title="Confirm your e-mail address"
    ask="Letters about what you choose come to this address from now on."
    button="Yes, it is mine"
    done="The address is confirmed"
    act={confirmEmail}
  />
)

/** Opened from a letter: no more of these. */
export const StopPage = () => (
  <LetterLink
    title="No more letters"
    ask="The marketplace stops sending you these letters. What it tells you stays on its page."
    button="Stop them"
    done="No more of these letters come"
    act={stopLetters}
  />
)

// A button, because mail programs open links by themselves to look at them.
function LetterLink(it: {
  title: string
  ask: string
  button: string
  done: string
  act: (token: string) => Promise<unknown>
}) {
  useTitle(it.title)
  const act = useMutation({ mutationFn: () => it.act(tokenOf()) })
  return (
    <div className="stack">
      <h1>{it.title}</h1>
      {act.isSuccess ? (
        <Notice title={it.done} action={<Link to="/notifications">Your notifications</Link>} />
      ) : (
        <>
          <p>{it.ask}</p>
          <Button look="main" isDisabled={act.isPending} onPress={() => act.mutate()}>
            {it.button}
          </Button>
        </>
      )}
      {act.error === null ? null : <Refusal error={act.error} title="That did not work" />}
    </div>
  )
}
