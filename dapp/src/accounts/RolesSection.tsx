import type { MarketRole } from '@opem/domain'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Account } from '../api/accounts.ts'
import { changeRoles } from '../api/accounts.ts'
import { Button, firstMissing } from '../parts/Button.tsx'
import { Refusal } from '../presentation/Refusal.tsx'
import { RoleChoice } from '../register/RoleChoice.tsx'

/** Which roles the account has. */
export function RolesSection({ account }: { account: Account }) {
  const queries = useQueryClient()
  const [roles, setRoles] = useState<readonly MarketRole[]>(account.roles)
  const send = useMutation({
    mutationFn: () => changeRoles(account.account, roles),
    onSuccess: () =>
      queries.invalidateQueries({ predicate: ({ queryKey }) => ['account', 'accounts'].includes(String(queryKey[0])) }),
  })
  if (account.status === 'revoked') return null
  const changed = roles.toSorted().join() !== account.roles.toSorted().join()
  return (
    <section className="panel" aria-labelledby="roles">
      <h2 id="roles">Roles</h2>
      <RoleChoice value={roles} onChange={setRoles} />
      <p>
        <Button
          missing={firstMissing([roles.length === 0, 'Choose at least one role.'], [!changed, 'Change a role first.'])}
          isDisabled={send.isPending}
          onPress={() => send.mutate()}
        >
          Save roles
        </Button>
      </p>
      {send.error === null ? null : <Refusal error={send.error} title="Roles not changed" />}
    </section>
  )
}
