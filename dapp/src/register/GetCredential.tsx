import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { issueDevelopmentIdentity } from '../api/access.ts'
import { useNow } from '../app/now.ts'
import { useSettings } from '../app/settings.ts'
import { presentable } from '../credentials/choose.ts'
import { roleList, rolesOf, titleOf } from '../credentials/claims.ts'
import { decodeCredential } from '../credentials/decode.ts'
import { ImportCredential } from '../credentials/ImportCredential.tsx'
import { keepCredential, useKept } from '../credentials/use-kept.ts'
import { Button } from '../parts/Button.tsx'
import { Copy } from '../parts/Copy.tsx'
import { Notice } from '../parts/Notice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import type { Holder } from '../presentation/present.ts'
import { Refusal } from '../presentation/Refusal.tsx'

type Props = { kind: 'citizen' | 'company'; holder: Holder; has: boolean }

/** Where the credential to register with comes from. */
export function GetCredential({ kind, holder, has }: Props) {
  const { development } = useSettings()
  const [employed] = presentable(useKept(holder.address), 'RepresentativeCredential', holder.did, useNow()).slice(
    0,
    kind === 'company' ? 1 : 0,
  )
  const ways = (
    <>
      {kind === 'company' ? (
        <div className="stack">
          <p className="soft">
            On the machine of your company’s wallet, issue a Representative credential with the role “administrator” to
            your own wallet’s DID, and bring it here:
          </p>
          <Copy
            label="command that issues the credential"
            text={`npx opem wallet issue YOUR-WALLET --to ${holder.did} --name "YOUR NAME" --email YOUR@ADDRESS --roles administrator --out representative.jwt`}
          />
          <details>
            <summary>Your company has no wallet yet</summary>
            <NewCompanyWallet development={development} />
          </details>
        </div>
      ) : development ? (
        <DevelopmentIssuer holder={holder} />
      ) : (
        <p className="soft">
          Ask an identity issuer that the marketplace accredits, for instance your town or your bank.
        </p>
      )}
      <ImportCredential holder={holder} />
    </>
  )
  return has ? (
    <details>
      <summary>Use another credential</summary>
      <div className="form">{ways}</div>
    </details>
  ) : (
    <section className="panel" aria-labelledby="get">
      <h2 id="get">{kind === 'citizen' ? 'Your identity credential' : 'Your Representative credential'}</h2>
      {employed === undefined ? (
        <p>This browser keeps none for the connected wallet yet.</p>
      ) : (
        <Notice tone="warn" title="You are no administrator">
          <p>
            {titleOf(employed)}: this credential names the roles {roleList(rolesOf(employed))}. Only an administrator
            registers the company. If it is registered already, <Link to="/sign-in">sign in</Link> with it.
          </p>
        </Notice>
      )}
      {ways}
    </section>
  )
}

/** The wallet that comes with the marketplace: made once, and left running, for the marketplace speaks to it. */
const NewCompanyWallet = ({ development }: { development: boolean }) => (
  <div className="stack">
    <p className="soft">
      Make one where it can stay running; the marketplace brings the account to its endpoint. Both commands ask for the
      passphrase in <code>OPEM_WALLET_SECRET</code>.
    </p>
    <Copy
      label="command that makes the wallet"
      text={`npx opem wallet create YOUR-WALLET --company "YOUR COMPANY" --url https://YOUR.PAGE/ --endpoint ${development ? 'http://127.0.0.1:9000/didcomm' : 'https://YOUR.WALLET/didcomm'} --accept-from-marketplace${development ? ' --development' : ''}`}
    />
    <Copy label="command that runs the wallet" text="npx opem wallet serve YOUR-WALLET --port 9000" />
  </div>
)

/** On a development chain only: an issuer that believes every name. */
function DevelopmentIssuer({ holder }: { holder: Holder }) {
  const [name, setName] = useState('')
  const ask = useMutation({
    mutationFn: async () => {
      const decoded = decodeCredential(await issueDevelopmentIdentity(holder.did, name.trim()))
      if (!decoded.ok) throw new Error(decoded.reason)
      keepCredential(holder.address, decoded.value)
    },
  })
  return (
    <div className="development stack">
      <p>
        <strong>Development identity issuer.</strong> It believes every name; for this development chain only.
      </p>
      <TextInput label="Your name" value={name} onChange={setName} autoComplete="name" />
      <Button
        missing={name.trim() === '' ? 'Give your name first.' : undefined}
        isDisabled={ask.isPending}
        onPress={() => ask.mutate()}
      >
        Ask for an identity credential
      </Button>
      {ask.error === null ? null : <Refusal error={ask.error} title="Not issued" />}
    </div>
  )
}
