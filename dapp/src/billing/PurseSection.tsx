import type { Hex } from '@opem/domain'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useConnection } from 'wagmi'
import { deposit, withdraw } from '../actions/billing-actions.ts'
import { Journey } from '../actions/Journey.tsx'
import type { Purse } from '../api/billing.ts'
import { askDevelopmentEuros } from '../api/billing.ts'
import { WalletChoice } from '../app/WalletChoice.tsx'
import { eur } from '../format/money.ts'
import { Button, firstMissing } from '../parts/Button.tsx'
import { emptied } from '../parts/emptied.ts'
import { Figure } from '../parts/Facts.tsx'
import { messageOf, Notice } from '../parts/Notice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { microOf, typedEur } from './amount.ts'
import { TokensFigure } from './TokensFigure.tsx'
import { useBillingAction } from './use-billing-action.ts'
import { usePermit } from './use-permit.ts'

/** What is in the purse, and the ways in and out. */
export function PurseSection({ purse }: { purse: Purse }) {
  const { isConnected } = useConnection()
  const available = microOf(purse.available)
  return (
    <section className="panel" aria-labelledby="purse">
      <h2 id="purse">Your purse</h2>
      <div className="figures">
        <Figure label="Available" value={eur(available)} tone="shared" note="held by the escrow contract for you" />
        <TokensFigure token={purse.token} />
      </div>
      {purse.party === null ? (
        <Notice tone="warn" title="This account has no purse">
          <p>Its DID has no address on the chain. Register with a wallet that has one.</p>
        </Notice>
      ) : isConnected ? (
        <MoneyForms purse={purse} party={purse.party as Hex} available={available} />
      ) : (
        <div className="stack">
          <p className="soft">Connect the wallet that signs for this account.</p>
          <WalletChoice />
        </div>
      )}
    </section>
  )
}

function MoneyForms({ purse, party, available }: { purse: Purse; party: Hex; available: bigint }) {
  const [text, setText] = useState('')
  const amount = typedEur(text)
  const permit = usePermit()
  const queries = useQueryClient()
  const paysIn = useBillingAction(deposit)
  const paysOut = useBillingAction(withdraw)
  const escrow = purse.escrow as Hex
  const signAndDeposit = useMutation({
    mutationFn: async ({ value }: { value: bigint; typed: string }) =>
      paysIn.run({ escrow, party, amount: value, permit: await permit(purse.token as Hex, escrow, value) }),
    onSuccess: (receipt, { typed }) => {
      if (receipt !== undefined) setText(emptied(typed))
    },
  })
  const give = useMutation({ mutationFn: askDevelopmentEuros, onSettled: () => queries.invalidateQueries() })
  const busy = signAndDeposit.isPending || paysOut.busy
  return (
    <div className="stack">
      <TextInput
        label="Amount"
        suffix="EUR"
        inputMode="decimal"
        value={text}
        onChange={setText}
        problem={text !== '' && amount === undefined ? 'Give euros, like 12.50: six decimals at most.' : undefined}
      />
      <div className="row">
        <Button
          look="main"
          missing={amount === undefined ? 'Give an amount first, in euros like 12.50.' : undefined}
          isDisabled={busy}
          onPress={() => signAndDeposit.mutate({ value: amount!, typed: text })}
        >
          Deposit
        </Button>
        <Button
          missing={firstMissing(
            [amount === undefined, 'Give an amount first, in euros like 12.50.'],
            [amount !== undefined && amount > available, `Only ${eur(available)} can be withdrawn.`],
          )}
          isDisabled={busy}
          onPress={() => void paysOut.run({ escrow, party, amount: amount! })}
        >
          Withdraw
        </Button>
        {purse.development ? (
          <Button isDisabled={give.isPending} onPress={() => give.mutate()}>
            Get 1,000 development euros
          </Button>
        ) : null}
      </div>
      <p className="soft small">
        A deposit is one signature and one transaction. A withdrawal always goes to the owner of the account’s DID.
      </p>
      {give.error === null ? null : <Notice tone="wrong" title={messageOf(give.error)} />}
      {give.isSuccess ? <Notice title="Development euros are on their way to your wallet." /> : null}
      {signAndDeposit.error === null ? null : (
        <Notice tone="wrong" title="Not deposited">
          <p>{messageOf(signAndDeposit.error)}</p>
        </Notice>
      )}
      <Journey stage={paysIn.stage} />
      <Journey stage={paysOut.stage} />
    </div>
  )
}
