import { formatInstant, listingApproval } from '@opem/domain'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Radio, RadioGroup } from 'react-aria-components'
import { useConnection, useSignTypedData } from 'wagmi'
import type { Review } from '../../api/reviews.ts'
import { approve, reject } from '../../api/reviews.ts'
import type { Check } from '../../api/services.ts'
import { useSettings } from '../../app/settings.ts'
import { useWalletNeed } from '../../app/use-wallet-need.ts'
import { WalletChoice } from '../../app/WalletChoice.tsx'
import { Button, firstMissing } from '../../parts/Button.tsx'
import { Notice } from '../../parts/Notice.tsx'
import { Progress } from '../../parts/Progress.tsx'
import { TextInput } from '../../parts/TextInput.tsx'
import { Refusal } from '../../presentation/Refusal.tsx'

const LOOK = 'Look at each item of the checklist first: right, or not right.'

type Judged = Record<string, { ok?: boolean; reason: string }>

/** The checklist item by item; all right, and it is signed; something wrong, and it goes back with the reasons. */
export function DecideSection({ review }: { review: Review }) {
  const { checklist, toSign, listing } = review
  const settings = useSettings()
  const queries = useQueryClient()
  const { address } = useConnection()
  const wallet = useWalletNeed()
  const sign = useSignTypedData()
  const [judged, setJudged] = useState<Judged>({})
  const [reason, setReason] = useState('')
  const of = (id: string) => judged[id] ?? { reason: '' }
  const set = (id: string, next: Partial<Judged[string]>) => setJudged({ ...judged, [id]: { ...of(id), ...next } })
  const { items } = checklist
  const looked = items.filter(({ id }) => of(id).ok !== undefined)
  const wrong = items.filter(({ id }) => of(id).ok === false)
  const whole = looked.length === items.length
  const checks: Check[] = items.map(({ id }) => ({
    item: id,
    ok: of(id).ok !== false,
    reason: of(id).ok === false ? of(id).reason.trim() || null : null,
  }))
  const after = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ['review', listing] }),
      queries.invalidateQueries({ queryKey: ['reviews'] }),
    ])
  const yes = useMutation({
    mutationFn: async () => {
      const approval = { ...toSign, deadline: BigInt(toSign.deadline) }
      const terms = { chainId: settings.chainId, listings: settings.addresses.ListingRegistry, approval }
      const signature = await sign.mutateAsync(listingApproval(terms))
      await approve(toSign, formatInstant(toSign.deadline), checks, signature)
    },
    onSuccess: after,
  })
  const no = useMutation({ mutationFn: () => reject(listing, checks, reason.trim()), onSuccess: after })
  return (
    <section className="panel" aria-labelledby="decide">
      <h2 id="decide">Decide</h2>
      <Progress label="Items looked at" value={looked.length} of={items.length} />
      {items.map(({ id, title, hint }) => (
        <fieldset key={id} className="item">
          <legend>{title}</legend>
          <p className="soft small">{hint}</p>
          <RadioGroup
            className="row"
            aria-label={title}
            value={of(id).ok === undefined ? null : of(id).ok ? 'right' : 'wrong'}
            onChange={(next) => set(id, { ok: next === 'right' })}
          >
            <Radio value="right" className="radio">
              Right
            </Radio>
            <Radio value="wrong" className="radio">
              Not right
            </Radio>
          </RadioGroup>
          {of(id).ok === false ? (
            <TextInput
              label={`What is to be corrected: ${title}`}
              value={of(id).reason}
              onChange={(text) => set(id, { reason: text })}
            />
          ) : null}
        </fieldset>
      ))}
      {wrong.length > 0 ? (
        <>
          <TextInput label="A word for the whole" hint="The provider reads it." value={reason} onChange={setReason} />
          <p>
            <Button
              look="main"
              missing={firstMissing(
                [!whole, LOOK],
                [
                  wrong.some(({ id }) => of(id).reason.trim() === ''),
                  'Say at each item that is not right what is to be corrected.',
                ],
              )}
              isDisabled={no.isPending}
              onPress={() => no.mutate()}
            >
              Send it back
            </Button>
          </p>
        </>
      ) : (
        <>
          {address === undefined ? (
            <Notice title="Approving is signed with an operator’s wallet">
              <WalletChoice />
            </Notice>
          ) : null}
          <p>
            <Button
              look="main"
              missing={firstMissing([!whole, LOOK]) ?? wallet.missing}
              isDisabled={wallet.waits || yes.isPending}
              onPress={() => yes.mutate()}
            >
              Sign the approval
            </Button>
          </p>
        </>
      )}
      {yes.error === null ? null : <Refusal error={yes.error} title="Not approved" />}
      {no.error === null ? null : <Refusal error={no.error} title="Not sent back" />}
    </section>
  )
}
