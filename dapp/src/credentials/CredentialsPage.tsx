import { useState } from 'react'
import { WalletStep } from '../app/WalletStep.tsx'
import { Button } from '../parts/Button.tsx'
import { download } from '../parts/download.ts'
import { Notice } from '../parts/Notice.tsx'
import { useTitle } from '../parts/title.ts'
import type { Holder } from '../presentation/present.ts'
import { useHolder } from '../presentation/use-holder.ts'
import { useSession } from '../session/session.ts'
import { CredentialCard } from './CredentialCard.tsx'
import { TYPE_NAMES, titleOf } from './claims.ts'
import { credentialFile } from './credential-file.ts'
import type { Credential } from './decode.ts'
import { CREDENTIAL_TYPES } from './decode.ts'
import { ImportCredential } from './ImportCredential.tsx'
import { RenewSection } from './RenewSection.tsx'
import { accountStatus } from './status.ts'
import { removeCredential, useKept } from './use-kept.ts'

/** What this browser keeps for the connected wallet: read it, take it along, remove it. */
export function CredentialsPage() {
  useTitle('My credentials')
  const holder = useHolder()
  return (
    <>
      <header className="page-head">
        <h1>My credentials</h1>
        <p className="soft">
          They lie in this browser, one list for each wallet, and nowhere else: the marketplace keeps none of them. Who
          can use this browser can read them, but only your wallet can present them. Export what you want to keep, and
          remove them on a computer that is not yours.
        </p>
      </header>
      <div className="sections">
        <WalletStep />
        {holder === undefined ? null : <Held key={holder.did} holder={holder} />}
      </div>
    </>
  )
}

function Held({ holder }: { holder: Holder }) {
  const kept = useKept(holder.address)
  const session = useSession()
  const sorted = kept.toSorted(
    (a, b) =>
      CREDENTIAL_TYPES.indexOf(a.type) - CREDENTIAL_TYPES.indexOf(b.type) ||
      Number(b.claims.version ?? 0) - Number(a.claims.version ?? 0),
  )
  return (
    <>
      <section aria-labelledby="kept">
        <div className="row apart">
          <h2 id="kept">Kept here</h2>
          {kept.length < 2 ? null : (
            <Button
              onPress={() =>
                download(
                  'credentials.json',
                  'application/json',
                  `${JSON.stringify(
                    kept.map(({ jwt }) => jwt),
                    null,
                    2,
                  )}\n`,
                )
              }
            >
              Export all
            </Button>
          )}
        </div>
        {sorted.length === 0 ? (
          <p className="empty soft">None yet for this wallet. Import one below, or register: the account comes here.</p>
        ) : (
          <ul className="held">
            {sorted.map((credential) => (
              <CredentialCard
                key={credential.hash}
                credential={credential}
                status={accountStatus(credential, kept, session ?? null)}
              >
                <Actions holder={holder} credential={credential} />
              </CredentialCard>
            ))}
          </ul>
        )}
      </section>
      <RenewSection holder={holder} session={session} />
      <section className="panel" aria-labelledby="import">
        <h2 id="import">Import</h2>
        <ImportCredential holder={holder} />
      </section>
    </>
  )
}

function Actions({ holder, credential }: { holder: Holder; credential: Credential }) {
  const [sure, setSure] = useState(false)
  const name = `${TYPE_NAMES[credential.type]}: ${titleOf(credential)}`
  if (sure)
    return (
      <Notice
        tone="warn"
        title="Remove it from this browser?"
        action={
          <span className="row">
            <Button autoFocus onPress={() => removeCredential(holder.address, credential)}>
              Remove it
            </Button>
            <Button onPress={() => setSure(false)}>Keep it</Button>
          </span>
        }
      >
        <p>It stays valid: who has a copy can import it again. Only its issuer can revoke it.</p>
      </Notice>
    )
  return (
    <div className="row">
      <Button
        aria-label={`Export ${name}`}
        onPress={() => {
          const file = credentialFile(credential)
          download(file.name, 'application/json', file.text)
        }}
      >
        Export
      </Button>
      <Button aria-label={`Remove ${name}`} onPress={() => setSure(true)}>
        Remove
      </Button>
    </div>
  )
}
