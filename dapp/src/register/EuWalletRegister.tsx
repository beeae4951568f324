import type { MarketRole } from '@opem/domain'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Registered } from '../api/access.ts'
import { confirmReceipt, register, registrationQuery, termsQuery } from '../api/access.ts'
import { firstMissing } from '../parts/Button.tsx'
import { EuWallet } from '../presentation/EuWallet.tsx'
import { stepsOf } from './progress.ts'
import { RoleChoice } from './RoleChoice.tsx'
import { Steps } from './Steps.tsx'
import { TermsField } from './TermsField.tsx'

/** A person whose identity lies in an EU wallet: the wallet shows it for the account, and once more for the receipt. */
export function EuWalletRegister() {
  const [roles, setRoles] = useState<readonly MarketRole[]>(['service-user'])
  const [accepted, setAccepted] = useState(false)
  const [registered, setRegistered] = useState<Registered>()
  const terms = useQuery(termsQuery)
  return (
    <details>
      <summary>With an EU wallet instead</summary>
      {registered === undefined ? (
        <div className="form">
          <p>Your wallet is asked for your identity (OpenID4VP). It shows you every claim before it answers.</p>
          <RoleChoice value={roles} onChange={setRoles} />
          <TermsField accepted={accepted} onChange={setAccepted} />
          <EuWallet
            operation="register-citizen"
            label="Make a request and register"
            missing={firstMissing(
              [roles.length === 0, 'Choose at least one role first.'],
              [!accepted, 'Read the terms and accept them first.'],
            )}
            isDisabled={terms.data === undefined}
            use={async (proof) => setRegistered(await register('citizen', roles, terms.data!.version, proof))}
          />
        </div>
      ) : (
        <Receipt account={registered.account} />
      )}
    </details>
  )
}

function Receipt({ account }: { account: string }) {
  const queries = useQueryClient()
  const progress = useQuery(registrationQuery(account))
  const status = progress.data?.status ?? 'pending'
  return (
    <div className="form">
      <Steps steps={stepsOf({ kind: 'citizen', status, reason: progress.data?.reason, waited: 0 })} />
      {status === 'active' ? (
        <p>
          <Link className="button main" to="/sign-in">
            Sign in
          </Link>
        </p>
      ) : (
        <EuWallet
          operation="receipt"
          label="Make a request for the receipt"
          use={async (proof) => {
            await confirmReceipt(proof)
            await queries.invalidateQueries({ queryKey: registrationQuery(account).queryKey })
          }}
        />
      )}
    </div>
  )
}
