import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from '../parts/Button.tsx'
import type { Holder } from '../presentation/present.ts'
import { Refusal } from '../presentation/Refusal.tsx'
import { useHolder } from '../presentation/use-holder.ts'
import { useReceipt } from './use-receipt.ts'

/** The next version of a person's Account credential: kept in this browser, presented back, and then in force. The page has the step for the wallet. */
export function TakeCredential({ jwt }: { jwt: string }) {
  const holder = useHolder()
  return holder === undefined ? (
    <p className="soft">Connect your wallet first.</p>
  ) : (
    <SignReceipt jwt={jwt} holder={holder} />
  )
}

function SignReceipt({ jwt, holder }: { jwt: string; holder: Holder }) {
  const receive = useReceipt(holder)
  const queries = useQueryClient()
  const take = useMutation({
    mutationFn: () => receive(jwt),
    // The session was of the version before, and is over.
    onSuccess: () => queries.invalidateQueries({ queryKey: ['session'] }),
  })
  return (
    <>
      <p>
        <Button look="main" isDisabled={take.isPending} onPress={() => take.mutate()}>
          Sign the receipt
        </Button>
      </p>
      <div aria-live="polite">{take.isPending ? <p className="soft">Please sign in your wallet …</p> : null}</div>
      {take.error === null ? null : <Refusal error={take.error} title="Not confirmed" />}
    </>
  )
}
