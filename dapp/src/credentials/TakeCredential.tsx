import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Holder } from '../presentation/present.ts'
import { SignStep } from '../presentation/SignStep.tsx'
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
  return <SignStep step={take} sign={() => take.mutate()} label="Sign the receipt" refused="Not confirmed" />
}
