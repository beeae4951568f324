import { useMutation, useQueryClient } from '@tanstack/react-query'
import { concludeAgreement } from '../actions/agreement-actions.ts'
import { Journey } from '../actions/Journey.tsx'
import { useAction } from '../actions/use-action.ts'
import { relayAgreement, type ShownAgreement, untilFollowed } from '../api/agreements.ts'
import { useWalletNeed } from '../app/use-wallet-need.ts'
import { Button } from '../parts/Button.tsx'
import { Refusal } from '../presentation/Refusal.tsx'

/** Both have signed: anybody brings it to the chain. */
export function ConcludeSection({ it }: { it: ShownAgreement }) {
  const wallet = useWalletNeed()
  const queries = useQueryClient()
  const conclude = useAction(concludeAgreement)
  const relay = useMutation({
    mutationFn: () => relayAgreement(it.id),
    onSettled: () => queries.invalidateQueries({ queryKey: ['agreement', it.id] }),
  })
  const { signatures } = it
  if (signatures === null) return null
  return (
    <section className="panel stack" aria-labelledby="conclude">
      <h2 id="conclude">Bring it to the chain</h2>
      <p>Both signatures are here. One transaction, by anybody, concludes the agreement.</p>
      <p className="row">
        <Button
          look="main"
          missing={wallet.missing}
          isDisabled={wallet.waits || conclude.busy}
          onPress={() =>
            conclude.run({ contract: it.contract, terms: it.terms, signatures }, async ({ blockNumber }) =>
              untilFollowed(blockNumber),
            )
          }
        >
          Conclude with my wallet
        </Button>
        {it.relays ? (
          <Button isDisabled={relay.isPending} onPress={() => relay.mutate()}>
            Let the marketplace do it
          </Button>
        ) : null}
      </p>
      <Journey stage={conclude.stage} />
      {relay.isSuccess ? <p role="status">The marketplace brings it to the chain now.</p> : null}
      {relay.error === null ? null : <Refusal error={relay.error} title="Not sent" />}
    </section>
  )
}
