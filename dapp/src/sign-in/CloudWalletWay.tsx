import { Copy } from '../parts/Copy.tsx'

/** A company's cloud wallet signs by itself, for machines and the command line. */
export const CloudWalletWay = () => (
  <details>
    <summary>With a company’s cloud wallet</summary>
    <div className="stack">
      <p>
        A cloud wallet has no browser. On the machine where it lives, this signs in for programs and the command line:
      </p>
      <Copy
        text={`OPEM_API_URL=${window.location.origin} npx opem wallet sign-in YOUR-WALLET`}
        label="sign-in command"
      />
      <p className="soft">
        People who act for the company sign in here with their own browser wallet and the Representative credential that
        the company’s wallet issued to them.
      </p>
    </div>
  </details>
)
