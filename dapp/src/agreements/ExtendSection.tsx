import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useConnection } from 'wagmi'
import { extendAgreement } from '../actions/agreement-actions.ts'
import { Journey } from '../actions/Journey.tsx'
import { useAction } from '../actions/use-action.ts'
import { type ShownAgreement, sendExtension, untilFollowed } from '../api/agreements.ts'
import { Button } from '../parts/Button.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { Refusal } from '../presentation/Refusal.tsx'
import { useSignExtension } from './use-sign-terms.ts'
import { whenText } from './words.ts'

const WEEK = 7 * 86_400

/** A later end: one side offers it by signing, the other agrees by signing, anybody brings it to the chain. */
export function ExtendSection({ it }: { it: ShownAgreement }) {
  const { isConnected } = useConnection()
  const queries = useQueryClient()
  const signExtension = useSignExtension()
  const extend = useAction(extendAgreement)
  const [until, setUntil] = useState('')
  const { extension } = it
  const sign = useMutation({
    mutationFn: async ({ end, deadline }: { end: number; deadline: number }) =>
      sendExtension(it.id, { end, deadline, signature: await signExtension(it.id, end, deadline) }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['agreement', it.id] }),
  })
  const offered = extension?.state === 'open' && extension.by !== it.side ? extension : undefined
  const waits = extension?.state === 'open' && extension.by === it.side ? extension : undefined
  const endOf = (end: number) => (end === 0 ? 'no end' : whenText(end))
  return (
    <section className="panel stack" aria-labelledby="extend">
      <h2 id="extend">Extend it</h2>
      {offered ? (
        <>
          <p>The other side offers a later end: {endOf(offered.end)}.</p>
          <p>
            <Button isDisabled={!isConnected || sign.isPending} onPress={() => sign.mutate(offered)}>
              Agree and sign
            </Button>
          </p>
        </>
      ) : null}
      {waits ? <p role="status">You offered a later end ({endOf(waits.end)}). The other side answers next.</p> : null}
      {extension?.state === 'signed' && extension.signatures ? (
        <p>
          <Button
            look="main"
            isDisabled={!isConnected || extend.busy}
            onPress={() =>
              extend.run(
                { contract: it.contract, terms: it.terms, ...extension, signatures: extension.signatures! },
                async ({ blockNumber }) => untilFollowed(blockNumber),
              )
            }
          >
            Bring the later end to the chain
          </Button>
        </p>
      ) : (
        <>
          <TextInput label="Later end" type="date" value={until} onChange={setUntil} hint="00:00 UTC of that day." />
          <p>
            <Button
              isDisabled={!isConnected || until === '' || sign.isPending}
              onPress={() =>
                sign.mutate({
                  end: Date.parse(`${until}T00:00:00Z`) / 1000,
                  deadline: Math.floor(Date.now() / 1000) + WEEK,
                })
              }
            >
              Sign and offer it
            </Button>
          </p>
        </>
      )}
      <Journey stage={extend.stage} />
      {sign.error === null ? null : <Refusal error={sign.error} title="Not signed" />}
    </section>
  )
}
