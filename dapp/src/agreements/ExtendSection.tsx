import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { extendAgreement } from '../actions/agreement-actions.ts'
import { Journey } from '../actions/Journey.tsx'
import { useAction } from '../actions/use-action.ts'
import { relayAgreement, Shown, type ShownAgreement, sendExtension, untilFollowed } from '../api/agreements.ts'
import { exchange } from '../api/http.ts'
import { useWalletNeed } from '../app/use-wallet-need.ts'
import { Button } from '../parts/Button.tsx'
import { Check } from '../parts/Checks.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { Refusal } from '../presentation/Refusal.tsx'
import { useSignExtension } from './use-sign-terms.ts'
import { endText, whenText } from './words.ts'

type Extension = NonNullable<ShownAgreement['extension']>
const WEEK = 7 * 86_400
const endOf = (end: number) => (end === 0 ? 'no end' : `the end ${whenText(end)}`)

/** A later end: one side offers it by signing, the other agrees by signing, anybody brings it to the chain. */
export function ExtendSection({ it }: { it: ShownAgreement }) {
  const { extension } = it
  return (
    <section className="panel stack" aria-labelledby="extend">
      <h2 id="extend">Extend it</h2>
      <p>
        It is agreed {endText(it.endsAt)}. A later end counts when both of you have signed it and the chain has it;
        nothing else of the agreement changes.
      </p>
      {extension?.state === 'signed' && extension.signatures !== null ? (
        <Bring it={it} extension={extension} signatures={extension.signatures} />
      ) : (
        <>
          {extension?.state === 'open' && extension.by !== it.side ? <Agree it={it} extension={extension} /> : null}
          {extension?.state === 'open' && extension.by === it.side ? (
            <p role="status">You offered {endOf(extension.end)}. The other side answers next.</p>
          ) : null}
          <Offer it={it} />
        </>
      )}
    </section>
  )
}

const useExtension = (id: string) => {
  const queries = useQueryClient()
  const signExtension = useSignExtension()
  return {
    sign: async (end: number, deadline: number, relay: boolean) =>
      sendExtension(id, { end, deadline, signature: await signExtension(id as never, end, deadline), relay }),
    again: () => queries.invalidateQueries({ queryKey: ['agreement', id] }),
  }
}

/** The other side offers: who signs last brings it to the chain, or lets the marketplace do it. */
function Agree({ it, extension: { end, deadline } }: { it: ShownAgreement; extension: Extension }) {
  const wallet = useWalletNeed()
  const { sign, again } = useExtension(it.id)
  const extend = useAction(extendAgreement)
  const [relay, setRelay] = useState(false)
  const agree = useMutation({
    mutationFn: async () => {
      await sign(end, deadline, relay)
      if (relay) return
      const { extension } = await exchange(`/v1/agreements/${it.id}`, Shown)
      if (!extension?.signatures) return
      const { contract, terms } = it
      await extend.run({ contract, terms, end, deadline, signatures: extension.signatures }, async ({ blockNumber }) =>
        untilFollowed(blockNumber),
      )
    },
    onSettled: again,
  })
  return (
    <>
      <p>The other side offers {endOf(end)}. You may leave it as it is, or offer another end below.</p>
      {it.relays ? (
        <Check value={relay} onChange={setRelay}>
          My wallet holds no ether: let the marketplace bring it to the chain
        </Check>
      ) : null}
      <p>
        <Button
          look="main"
          missing={wallet.missing}
          isDisabled={wallet.waits || agree.isPending}
          onPress={() => agree.mutate()}
        >
          Agree and sign
        </Button>
      </p>
      <Journey stage={extend.stage} />
      {agree.error === null ? null : <Refusal error={agree.error} title="Not agreed" />}
    </>
  )
}

function Bring({
  it,
  extension,
  signatures,
}: {
  it: ShownAgreement
  extension: Extension
  signatures: NonNullable<Extension['signatures']>
}) {
  const wallet = useWalletNeed()
  const { again } = useExtension(it.id)
  const extend = useAction(extendAgreement)
  const relay = useMutation({ mutationFn: () => relayAgreement(it.id), onSettled: again })
  const { contract, terms } = it
  const { end, deadline } = extension
  return (
    <>
      <p>Both have signed {endOf(end)}. One transaction, by anybody, makes it count.</p>
      <p className="row">
        <Button
          look="main"
          missing={wallet.missing}
          isDisabled={wallet.waits || extend.busy}
          onPress={() =>
            extend.run({ contract, terms, end, deadline, signatures }, async ({ blockNumber }) =>
              untilFollowed(blockNumber),
            )
          }
        >
          Bring the later end to the chain
        </Button>
        {it.relays ? (
          <Button isDisabled={relay.isPending} onPress={() => relay.mutate()}>
            Let the marketplace do it
          </Button>
        ) : null}
      </p>
      <Journey stage={extend.stage} />
      {relay.isSuccess ? <p role="status">The marketplace brings it to the chain now.</p> : null}
      {relay.error === null ? null : <Refusal error={relay.error} title="Not sent" />}
    </>
  )
}

function Offer({ it }: { it: ShownAgreement }) {
  const wallet = useWalletNeed()
  const { sign, again } = useExtension(it.id)
  const [until, setUntil] = useState('')
  const [open, setOpen] = useState(false)
  const end = open ? 0 : Date.parse(`${until}T00:00:00Z`) / 1000
  const late = open || (!Number.isNaN(end) && it.endsAt !== null && end > it.endsAt)
  const offer = useMutation({
    mutationFn: () => sign(end, Math.floor(Date.now() / 1000) + WEEK, false),
    onSettled: again,
  })
  return (
    <>
      {open ? null : (
        <TextInput
          label="Later end"
          type="date"
          value={until}
          onChange={setUntil}
          hint="00:00 UTC of that day."
          problem={until === '' || late ? undefined : 'Choose a day after the end that is agreed.'}
        />
      )}
      <Check value={open} onChange={setOpen}>
        Without an end
      </Check>
      <p>
        <Button
          missing={late ? wallet.missing : 'Choose a day after the end that is agreed, or no end.'}
          isDisabled={wallet.waits || offer.isPending}
          onPress={() => offer.mutate()}
        >
          Sign and offer it
        </Button>
      </p>
      {offer.error === null ? null : <Refusal error={offer.error} title="Not offered" />}
    </>
  )
}
