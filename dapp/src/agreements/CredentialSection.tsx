import { useMutation, useQueryClient } from '@tanstack/react-query'
import { confirmReceipt } from '../api/access.ts'
import type { ShownAgreement } from '../api/agreements.ts'
import { decodeCredential } from '../credentials/decode.ts'
import { keepCredential } from '../credentials/use-kept.ts'
import { Button } from '../parts/Button.tsx'
import type { Holder } from '../presentation/present.ts'
import { Refusal } from '../presentation/Refusal.tsx'
import { useHolder } from '../presentation/use-holder.ts'
import { usePresent } from '../presentation/use-present.ts'

/** The line of the agreement in one's own Account credential: issued, presented back, in force. */
export function CredentialSection({ it }: { it: ShownAgreement }) {
  const { credential } = it
  if (credential === null) return null
  return (
    <section className="panel stack" aria-labelledby="credential">
      <h2 id="credential">Your Account credential</h2>
      {credential.state === 'in-force' ? (
        <p>
          Credential v{credential.version} is in force and names this agreement. It is the proof that both sides agreed.
        </p>
      ) : credential.state === 'waiting' ? (
        <p role="status">
          A version that names this agreement is issued next. If another version waits for its receipt, that one comes
          first.
        </p>
      ) : credential.credential === null ? (
        <p role="status">
          Credential v{credential.version} is on its way to your company’s wallet, which presents it back by itself.
        </p>
      ) : (
        <TakeCredential jwt={credential.credential} version={credential.version ?? 0} />
      )}
    </section>
  )
}

function TakeCredential({ jwt, version }: { jwt: string; version: number }) {
  const holder = useHolder()
  return (
    <>
      <p>
        Version {version} of your Account credential names this agreement. Sign its receipt, and it takes the place of
        the one before. Afterwards you sign in once more, with the new version, which this browser keeps.
      </p>
      {holder === undefined ? (
        <p className="soft">Connect your wallet first.</p>
      ) : (
        <SignReceipt jwt={jwt} holder={holder} />
      )}
    </>
  )
}

function SignReceipt({ jwt, holder }: { jwt: string; holder: Holder }) {
  const present = usePresent()
  const queries = useQueryClient()
  const decoded = decodeCredential(jwt)
  const take = useMutation({
    mutationFn: async () => {
      if (!decoded.ok) throw new Error('This is no credential that this page can read.')
      // Kept before it counts: the marketplace hands it over this once.
      keepCredential(holder.address, decoded.value)
      return confirmReceipt(await present('receipt', holder, [decoded.value]))
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['session'] }),
  })
  return (
    <>
      <p>
        <Button look="main" isDisabled={take.isPending} onPress={() => take.mutate()}>
          Sign the receipt
        </Button>
      </p>
      {take.error === null ? null : <Refusal error={take.error} title="Not confirmed" />}
    </>
  )
}
