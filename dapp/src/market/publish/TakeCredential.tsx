import { useMutation, useQueryClient } from '@tanstack/react-query'
import { confirmReceipt } from '../../api/access.ts'
import { WalletStep } from '../../app/WalletStep.tsx'
import { decodeCredential } from '../../credentials/decode.ts'
import { keepCredential } from '../../credentials/use-kept.ts'
import { Button } from '../../parts/Button.tsx'
import { Refusal } from '../../presentation/Refusal.tsx'
import { useHolder } from '../../presentation/use-holder.ts'
import { usePresent } from '../../presentation/use-present.ts'

/** The next version of a person's Account credential: kept in this browser, presented back, and then in force. */
export function TakeCredential({ jwt }: { jwt: string }) {
  const holder = useHolder()
  const present = usePresent()
  const queries = useQueryClient()
  const take = useMutation({
    mutationFn: async () => {
      const decoded = decodeCredential(jwt)
      if (!decoded.ok || holder === undefined) throw new Error('This is no credential that this page can read.')
      // Kept before it counts: the marketplace hands it over this once.
      keepCredential(holder.address, decoded.value)
      return confirmReceipt(await present('receipt', holder, [decoded.value]))
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['session'] }),
  })
  if (holder === undefined) return <WalletStep />
  return (
    <div className="stack">
      <p>Sign its receipt, and it takes the place of the one before. Afterwards you sign in once more.</p>
      <Button look="main" isDisabled={take.isPending} onPress={() => take.mutate()}>
        Sign the receipt
      </Button>
      {take.error === null ? null : <Refusal error={take.error} title="Not confirmed" />}
    </div>
  )
}
