import type { MarketRole } from '@opem/domain'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Registered } from '../api/access.ts'
import { register, termsQuery } from '../api/access.ts'
import { useNow } from '../app/now.ts'
import { registrable } from '../credentials/choose.ts'
import { titleOf } from '../credentials/claims.ts'
import type { Credential } from '../credentials/decode.ts'
import { decodeCredential } from '../credentials/decode.ts'
import { keepCredential, useKept } from '../credentials/use-kept.ts'
import { firstMissing } from '../parts/Button.tsx'
import { Choice } from '../parts/Choice.tsx'
import { ProofSummary } from '../presentation/ProofSummary.tsx'
import type { Holder } from '../presentation/present.ts'
import { SignStep } from '../presentation/SignStep.tsx'
import { usePresent } from '../presentation/use-present.ts'
import { GetCredential } from './GetCredential.tsx'
import { RegistrationProgress } from './RegistrationProgress.tsx'
import { RoleChoice } from './RoleChoice.tsx'
import { TermsField } from './TermsField.tsx'

type Kind = 'citizen' | 'company'

/** The application: which credential, which roles, the terms, and the signature. */
export function RegisterForm({ kind, holder }: { kind: Kind; holder: Holder }) {
  const choices = registrable(useKept(holder.address), kind, holder.did, useNow())
  const [chosen, setChosen] = useState<string>()
  const [roles, setRoles] = useState<readonly MarketRole[]>(kind === 'citizen' ? ['service-user'] : [])
  const [accepted, setAccepted] = useState(false)
  const terms = useQuery(termsQuery)
  const present = usePresent()
  const credential = choices.find(({ hash }) => hash === chosen) ?? choices[0]
  const send = useMutation({
    mutationFn: async (picked: Credential): Promise<Registered> => {
      const proof = await present(kind === 'citizen' ? 'register-citizen' : 'register-company', holder, [picked])
      const registered = await register(kind, roles, terms.data!.version, proof)
      keepAccount(holder, registered.credential)
      return registered
    },
  })
  if (send.data !== undefined) return <RegistrationProgress kind={kind} holder={holder} registered={send.data} />
  return (
    <>
      <GetCredential kind={kind} holder={holder} has={credential !== undefined} />
      {credential === undefined ? null : (
        <section className="panel" aria-labelledby="application">
          <h2 id="application">Your application</h2>
          {choices.length === 1 ? null : (
            <Choice
              label="Credential"
              value={credential.hash}
              options={choices.map((one) => ({ id: one.hash, name: titleOf(one), hint: one.issuer }))}
              onChange={setChosen}
            />
          )}
          <ProofSummary
            operation={kind === 'citizen' ? 'register-citizen' : 'register-company'}
            credentials={[credential]}
          />
          <RoleChoice value={roles} onChange={setRoles} />
          <TermsField accepted={accepted} onChange={setAccepted} />
          <SignStep
            step={send}
            sign={() => send.mutate(credential)}
            label="Sign and register"
            refused="Not registered"
            missing={firstMissing(
              [roles.length === 0, 'Choose at least one role first.'],
              [!accepted, 'Read the terms and accept them first.'],
            )}
            isDisabled={terms.data === undefined}
            waiting="Please sign in your wallet. Then the marketplace checks everything …"
          />
        </section>
      )}
    </>
  )
}

/** A citizen's account comes in the answer: it is kept at once, before anything else can go wrong. */
function keepAccount(holder: Holder, jwt: string | undefined): void {
  const decoded = jwt === undefined ? undefined : decodeCredential(jwt)
  if (decoded?.ok) keepCredential(holder.address, decoded.value)
}
