import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { reissueCredential } from '../api/account-credential.ts'
import { useNow } from '../app/now.ts'
import { registrable } from '../credentials/choose.ts'
import { titleOf } from '../credentials/claims.ts'
import type { Credential } from '../credentials/decode.ts'
import { ImportCredential } from '../credentials/ImportCredential.tsx'
import { useKept } from '../credentials/use-kept.ts'
import { useReceipt } from '../credentials/use-receipt.ts'
import { Button } from '../parts/Button.tsx'
import { Choice } from '../parts/Choice.tsx'
import { ProofSummary } from '../presentation/ProofSummary.tsx'
import type { Holder } from '../presentation/present.ts'
import { Refusal } from '../presentation/Refusal.tsx'
import { usePresent } from '../presentation/use-present.ts'

/** For who lost the Account credential, or let it expire: who they are, proved again as when they registered. */
export function LostCredential({ holder }: { holder: Holder }) {
  const kept = useKept(holder.address)
  const now = useNow()
  const ways = [...registrable(kept, 'citizen', holder.did, now), ...registrable(kept, 'company', holder.did, now)]
  const [chosen, setChosen] = useState<string>()
  const shown = ways.find(({ hash }) => hash === chosen) ?? ways[0]
  return (
    <details>
      <summary>I lost my Account credential</summary>
      <div className="form">
        <p>
          Show again what you registered with: your Identity credential, or as your company’s administrator your
          Representative credential. You get the next version; the lost one is not taken any more once you have signed
          for the new one. The same helps when it has expired.
        </p>
        {ways.length < 2 || shown === undefined ? null : (
          <Choice
            label="What you show"
            value={shown.hash}
            options={ways.map((one) => ({ id: one.hash, name: titleOf(one) }))}
            onChange={setChosen}
          />
        )}
        {shown === undefined ? (
          <>
            <p>This browser keeps none of them for this wallet.</p>
            <ImportCredential holder={holder} />
          </>
        ) : (
          <Again key={shown.hash} holder={holder} shown={shown} />
        )}
      </div>
    </details>
  )
}

function Again({ holder, shown }: { holder: Holder; shown: Credential }) {
  const present = usePresent()
  const receive = useReceipt(holder)
  const ask = useMutation({
    mutationFn: async () => {
      const { credential, receipt, version } = await reissueCredential(await present('reissue', holder, [shown]))
      if (credential !== undefined) await receive(credential, receipt)
      return { version, toWallet: credential === undefined }
    },
  })
  if (ask.data)
    return (
      <p role="status">
        {ask.data.toWallet
          ? `Version ${ask.data.version} is on its way to your company’s wallet, which signs the receipt by itself; then sign in as always.`
          : `Version ${ask.data.version} is in force and kept here: choose it above and sign in.`}
      </p>
    )
  return (
    <>
      <ProofSummary operation="reissue" credentials={[shown]} />
      <p className="soft">Your wallet asks twice: to prove who you are, and to sign that the credential has arrived.</p>
      <p>
        <Button isDisabled={ask.isPending} onPress={() => ask.mutate()}>
          Ask for it again
        </Button>
      </p>
      <div aria-live="polite">{ask.isPending ? <p className="soft">Please sign in your wallet …</p> : null}</div>
      {ask.error === null ? null : <Refusal error={ask.error} title="Not issued again" />}
      <p className="soft">
        No account yet? <Link to="/register">Register</Link> instead.
      </p>
    </>
  )
}
