import type { Session } from '../api/access.ts'
import { signIn } from '../api/access.ts'
import { EuWallet } from '../presentation/EuWallet.tsx'

/** An EU wallet speaks OpenID4VP 1.0: it fetches a signed request and answers to the marketplace. */
export const EuWalletWay = ({ signedIn }: { signedIn: (session: Session) => void }) => (
  <details>
    <summary>With an EU wallet</summary>
    <div className="stack">
      <p>
        Your wallet opens the marketplace’s signed request (OpenID4VP), shows you that your identity is asked for, and
        answers it. The account is the one that was registered with the same wallet.
      </p>
      <EuWallet
        operation="sign-in"
        label="Make a request"
        use={async (proof) => {
          signedIn(await signIn(proof))
        }}
      />
    </div>
  </details>
)
