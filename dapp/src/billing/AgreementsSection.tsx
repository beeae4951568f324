import { type Hex, voucherTypedData } from '@opem/domain'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { useSignTypedData } from 'wagmi'
import { claimVouchers, setAside, takeBack } from '../actions/billing-actions.ts'
import { Journey } from '../actions/Journey.tsx'
import type { BilledAgreement, Payment, Purse } from '../api/billing.ts'
import { askVoucher, giveVoucher } from '../api/billing.ts'
import { shortHex } from '../format/hex.ts'
import { eur } from '../format/money.ts'
import { dateClock } from '../format/time.ts'
import { Button } from '../parts/Button.tsx'
import { emptied } from '../parts/emptied.ts'
import { Facts } from '../parts/Facts.tsx'
import { messageOf, Notice } from '../parts/Notice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { agreementOf, microOf, typedEur } from './amount.ts'
import { Timeline } from './Timeline.tsx'
import { useBillingAction } from './use-billing-action.ts'

type Props = { purse: Purse; agreements: readonly BilledAgreement[]; payments: readonly Payment[] }

/** Each agreement with what is owed, drawn in time, and its vouchers. */
export function AgreementsSection({ purse, agreements, payments }: Props) {
  const claimable = agreements.filter(
    (it) => it.side === 'provider' && it.use !== null && microOf(it.use.claimable) > 0n,
  )
  return (
    <section aria-labelledby="owed">
      <h2 id="owed">By agreement</h2>
      {agreements.length === 0 ? <p className="soft">No agreement of yours costs anything yet.</p> : null}
      {claimable.length > 0 ? <ClaimAll purse={purse} agreements={claimable} /> : null}
      <ul className="plain stack">
        {agreements.map((it) => (
          <li key={it.agreement} className="panel" aria-label={it.title || shortHex(it.agreement)}>
            <h3>
              <Link to={`/agreements/${it.agreement}`}>{it.title || shortHex(it.agreement)}</Link>
            </h3>
            <p>
              {it.side === 'consumer' ? 'You pay' : 'You are paid'} {it.words}.
              {it.suspended ? <span className="badge wrong"> suspended until it is paid</span> : null}
            </p>
            <Facts
              of={[
                ['Owed now', eur(microOf(it.owed))],
                ['Ends', it.endsAt === null ? 'open' : `${dateClock(it.endsAt, 'UTC')} UTC`],
                ['Platform fee', `${it.feeBps / 100} %, paid by the provider`],
              ]}
            />
            <Timeline agreement={it} payments={payments} />
            {it.use === null ? null : <Use purse={purse} agreement={it} use={it.use} />}
          </li>
        ))}
      </ul>
    </section>
  )
}

type UseProps = { purse: Purse; agreement: BilledAgreement; use: NonNullable<BilledAgreement['use']> }

function Use({ purse, agreement, use }: UseProps) {
  return (
    <>
      <Facts
        of={[
          ['Used', `${use.units} units in ${use.calls} calls`],
          ['That cost', eur(microOf(use.cost))],
          ['Vouchers cover', eur(microOf(use.vouched))],
          ['Claimed by the provider', eur(microOf(use.claimed))],
          ['Set aside and not claimed', eur(microOf(use.reserved))],
          ['Given on credit', eur(microOf(use.creditLimit))],
          ...(use.reclaimableAt === null
            ? []
            : ([['Goes back to the consumer', `${dateClock(use.reclaimableAt, 'UTC')} UTC`]] as const)),
        ]}
      />
      {agreement.side === 'consumer' ? <ConsumerUse purse={purse} agreement={agreement} use={use} /> : null}
    </>
  )
}

function ConsumerUse({ purse, agreement, use }: UseProps) {
  const [text, setText] = useState('')
  const amount = typedEur(text)
  const reserve = useBillingAction(setAside)
  const close = useBillingAction(takeBack)
  const sign = useSignTypedData()
  const queries = useQueryClient()
  const escrow = purse.escrow as Hex
  const voucher = useMutation({
    mutationFn: async ({ cumulative }: { cumulative: bigint; typed?: string }) => {
      const id = agreement.agreement as Hex
      const signature = await sign.mutateAsync(
        voucherTypedData({ chainId: purse.chainId, escrow, voucher: { agreement: id, cumulative } }),
      )
      return giveVoucher(id, decimal(cumulative), signature)
    },
    onSuccess: (_, { typed }) => setText(emptied(typed ?? '')),
    onSettled: () => queries.invalidateQueries({ queryKey: ['billing'] }),
  })
  const [cost, vouched] = [microOf(use.cost), microOf(use.vouched)]
  const busy = reserve.busy || close.busy || voucher.isPending
  return (
    <div className="stack">
      <TextInput
        label="Amount"
        suffix="EUR"
        inputMode="decimal"
        value={text}
        onChange={setText}
        hint="to set aside, or to vouch for in all since the beginning"
      />
      <div className="row">
        <Button
          missing={amount === undefined ? 'Give an amount first, in euros like 12.50.' : undefined}
          isDisabled={busy}
          onPress={() =>
            void reserve.run({ escrow, agreement: agreementOf(agreement.terms), amount: amount! }).then((receipt) => {
              if (receipt !== undefined) setText(emptied(text))
            })
          }
        >
          Set aside
        </Button>
        <Button
          look="main"
          missing={amount === undefined ? 'Give an amount first, in euros like 12.50.' : undefined}
          isDisabled={busy}
          onPress={() => voucher.mutate({ cumulative: amount!, typed: text })}
        >
          Sign a voucher
        </Button>
        {cost > vouched ? (
          <Button isDisabled={busy} onPress={() => voucher.mutate({ cumulative: cost })}>
            Sign for what is owed
          </Button>
        ) : null}
        {use.key !== null && use.reclaimableAt === null ? (
          <Button
            look="plain"
            isDisabled={busy}
            onPress={() => void close.run({ escrow, agreement: agreement.agreement as Hex })}
          >
            Take back what is set aside
          </Button>
        ) : null}
      </div>
      {voucher.error === null ? null : (
        <Notice tone="wrong" title="The voucher was not taken">
          <p>{messageOf(voucher.error)}</p>
        </Notice>
      )}
      {voucher.isSuccess ? <Notice title={`The voucher over €${voucher.data.cumulative} was taken.`} /> : null}
      <Journey stage={reserve.stage} />
      <Journey stage={close.stage} />
    </div>
  )
}

/** µEUR as the API takes it. */
function decimal(micro: bigint): string {
  const digits = micro.toString().padStart(7, '0')
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`
}

const MOST_AT_ONCE = 64

function ClaimAll({ purse, agreements }: { purse: Purse; agreements: readonly BilledAgreement[] }) {
  const claim = useBillingAction(claimVouchers)
  const asked = useMutation({
    mutationFn: async () => {
      const found = await Promise.all(agreements.slice(0, MOST_AT_ONCE).map(({ agreement }) => askVoucher(agreement)))
      const vouchers = found.flatMap(({ voucher }) =>
        voucher === null
          ? []
          : [
              {
                agreement: voucher.agreement as Hex,
                cumulative: BigInt(voucher.cumulativeMicro),
                signature: voucher.signature as Hex,
              },
            ],
      )
      return claim.run({ escrow: purse.escrow as Hex, vouchers })
    },
  })
  const sum = agreements.reduce((all, { use }) => all + microOf(use?.claimable ?? '0'), 0n)
  return (
    <div className="panel">
      <p>
        Vouchers over {eur(sum)} wait to be claimed. A claim pays what is above the one before, less the platform fee.
      </p>
      <Button look="main" isDisabled={claim.busy || asked.isPending} onPress={() => asked.mutate()}>
        Claim vouchers
      </Button>
      <Journey stage={claim.stage} />
    </div>
  )
}
