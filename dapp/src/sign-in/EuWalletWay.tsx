import { useMutation } from '@tanstack/react-query'
import { askEuWallet } from '../api/access.ts'
import { Button } from '../parts/Button.tsx'
import { Copy } from '../parts/Copy.tsx'
import { Refusal } from '../presentation/Refusal.tsx'

/** An EU wallet speaks OpenID4VP 1.0: it fetches a signed request and answers to the marketplace. */
export function EuWalletWay() {
  const ask = useMutation({ mutationFn: () => askEuWallet('sign-in') })
  return (
    <details>
      <summary>With an EU wallet</summary>
      <div className="stack">
        <p>
          Your wallet opens the marketplace’s signed request (OpenID4VP), shows you what is asked, and answers it. It
          needs a credential that the marketplace accepts.
        </p>
        <Button isDisabled={ask.isPending} onPress={() => ask.mutate()}>
          Make a request
        </Button>
        {ask.data === undefined ? null : (
          <>
            <a className="button main" href={ask.data.requestUri}>
              Open in the wallet
            </a>
            <p className="soft small">On another device: copy the link there.</p>
            <Copy text={ask.data.requestUri} label="request for an EU wallet" />
          </>
        )}
        {ask.error === null ? null : <Refusal error={ask.error} title="No request was made" />}
      </div>
    </details>
  )
}
