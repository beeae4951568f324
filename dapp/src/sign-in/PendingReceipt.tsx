import { useMutation, useQuery } from '@tanstack/react-query'
import { registrationQuery } from '../api/access.ts'
import type { Credential } from '../credentials/decode.ts'
import { useReceipt } from '../credentials/use-receipt.ts'
import { Button } from '../parts/Button.tsx'
import type { Holder } from '../presentation/present.ts'
import { Refusal } from '../presentation/Refusal.tsx'

type Props = { holder: Holder; credential: Credential; done: () => void }

/** For who left between registering and the receipt: it is signed here, and the account becomes active. */
export function PendingReceipt({ holder, credential, done }: Props) {
  const registration = useQuery(registrationQuery(String(credential.claims.account)))
  const receive = useReceipt(holder)
  const sign = useMutation({ mutationFn: () => receive(credential.jwt), onSuccess: done })
  if (registration.data?.status !== 'pending') return null
  return (
    <div className="stack">
      <p>Your registration is not finished: one signature says that you received this credential.</p>
      <p>
        <Button look="main" isDisabled={sign.isPending} onPress={() => sign.mutate()}>
          Sign the receipt, then sign in
        </Button>
      </p>
      {sign.error === null ? null : <Refusal error={sign.error} title="Not confirmed" />}
    </div>
  )
}
