import { OpemError } from '@opem/domain'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Label, Radio, RadioGroup } from 'react-aria-components'
import { Link } from 'react-router'
import type { Session } from '../api/access.ts'
import { signIn } from '../api/access.ts'
import { useNow } from '../app/now.ts'
import type { SignInChoice } from '../credentials/choose.ts'
import { presentedBy, signInChoices } from '../credentials/choose.ts'
import { titleOf } from '../credentials/claims.ts'
import { ImportCredential } from '../credentials/ImportCredential.tsx'
import { useKept } from '../credentials/use-kept.ts'
import { Button } from '../parts/Button.tsx'
import { ProofSummary } from '../presentation/ProofSummary.tsx'
import type { Holder } from '../presentation/present.ts'
import { Refusal } from '../presentation/Refusal.tsx'
import { usePresent } from '../presentation/use-present.ts'
import { LostCredential } from './LostCredential.tsx'
import { PendingReceipt } from './PendingReceipt.tsx'

/** With the credentials that this browser keeps for the connected wallet. */
export function WalletWay({ holder, signedIn }: { holder: Holder; signedIn: (session: Session) => void }) {
  const choices = signInChoices(useKept(holder.address), holder.did, useNow())
  const [chosen, setChosen] = useState<string>()
  const present = usePresent()
  const choice = choices.find((one) => idOf(one) === chosen) ?? choices[0]
  const send = useMutation({
    mutationFn: async (picked: SignInChoice) => signIn(await present('sign-in', holder, presentedBy(picked))),
    onSuccess: signedIn,
  })
  if (choice === undefined)
    return (
      <section className="panel" aria-labelledby="what">
        <h2 id="what">What you show</h2>
        <p>
          This browser keeps no credential with which this wallet can sign in. Import your Account credential, or the
          Representative credential that your company sent you.
        </p>
        <ImportCredential holder={holder} />
        <p className="soft">
          Never registered? <Link to="/register">Open an account</Link> first.
        </p>
        <LostCredential holder={holder} />
      </section>
    )
  return (
    <section className="panel" aria-labelledby="what">
      <h2 id="what">What you show</h2>
      {choices.length === 1 ? null : (
        <RadioGroup className="field" value={idOf(choice)} onChange={setChosen}>
          <Label>Sign in as</Label>
          {choices.map((one) => (
            <Radio key={idOf(one)} value={idOf(one)} className="radio">
              {nameOf(one)}
            </Radio>
          ))}
        </RadioGroup>
      )}
      <ProofSummary operation="sign-in" credentials={presentedBy(choice)} />
      {choice.kind === 'representative' && choice.account === undefined ? (
        <p className="soft">
          Your company’s account is in your company’s own wallet: the marketplace asks it there, so that wallet must be
          running.
        </p>
      ) : null}
      <p>
        <Button look="main" isDisabled={send.isPending} onPress={() => send.mutate(choice)}>
          Sign in
        </Button>
      </p>
      <div aria-live="polite">
        {send.isPending ? (
          <p className="soft">Please sign in your wallet. Then the marketplace checks everything …</p>
        ) : null}
      </div>
      {send.error === null ? null : <Refusal error={send.error} title="Not signed in" />}
      {choice.kind === 'own' && send.error instanceof OpemError && send.error.code === 'ERR_ACCOUNT_NOT_ACTIVE' ? (
        <PendingReceipt holder={holder} credential={choice.account} done={() => send.mutate(choice)} />
      ) : null}
      <details>
        <summary>Import another credential</summary>
        <ImportCredential holder={holder} />
      </details>
      <LostCredential holder={holder} />
    </section>
  )
}

const idOf = (choice: SignInChoice): string => presentedBy(choice)[0]!.hash

const nameOf = (choice: SignInChoice): string =>
  choice.kind === 'own' ? `Yourself: ${titleOf(choice.account)}` : titleOf(choice.representative)
