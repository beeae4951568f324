import { MARKET_ROLES, type MarketRole } from '@opem/domain'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { machinesQuery, openMachine } from '../api/company.ts'
import { Button } from '../parts/Button.tsx'
import { Checks } from '../parts/Checks.tsx'
import { Copy } from '../parts/Copy.tsx'
import { download } from '../parts/download.ts'
import { emptied } from '../parts/emptied.ts'
import { Notice } from '../parts/Notice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { Refusal } from '../presentation/Refusal.tsx'
import { ROLE_OPTIONS } from '../register/RoleChoice.tsx'
import { useSession } from '../session/session.ts'

const DID = /^did:ethr:0x[0-9a-f]+:0x[0-9a-f]{40}$/i

/** Names a machine by its DID; its credential is handed out here, for the machine to take. */
export function MachineForm() {
  const queries = useQueryClient()
  const session = useSession()
  const [name, setName] = useState('')
  const [did, setDid] = useState('')
  const [roles, setRoles] = useState<readonly MarketRole[]>([])
  const [tried, setTried] = useState(false)
  // An administrator acts in all roles of the company's account, and gives no others.
  const ours = MARKET_ROLES.filter((role) => session?.actors.includes(role))
  const problems = {
    name: name.trim() === '' ? 'Give the machine a name that you will recognise.' : undefined,
    did: DID.test(did.trim()) ? undefined : 'Give the machine’s DID, like did:ethr:0x7a69:0x and 40 hex digits.',
    roles: roles.length === 0 ? 'Choose at least one role.' : undefined,
  }
  const open = useMutation({
    mutationFn: openMachine,
    onSuccess: async (_, typed) => {
      setName(emptied(typed.name))
      setDid(emptied(typed.did))
      setRoles([])
      setTried(false)
      await queries.invalidateQueries({ queryKey: machinesQuery.queryKey })
    },
  })
  const send = () => {
    setTried(true)
    if (!problems.name && !problems.did && !problems.roles) open.mutate({ did: did.trim(), name: name.trim(), roles })
  }
  return (
    <div className="form">
      <TextInput
        label="Name of the machine"
        value={name}
        onChange={setName}
        problem={tried ? problems.name : undefined}
        maxLength={200}
      />
      <TextInput
        label="Its DID"
        hint="On the machine: npx opem wallet create NAME prints its address"
        value={did}
        onChange={setDid}
        problem={tried ? problems.did : undefined}
        spellCheck="false"
      />
      <Checks
        label="Its roles"
        hint="Some of your company’s; take no more than it needs."
        options={ROLE_OPTIONS.filter(({ id }) => ours.includes(id))}
        value={roles}
        onChange={setRoles}
      />
      {tried && problems.roles ? <p className="field-problem">{problems.roles}</p> : null}
      <p>
        <Button look="main" isDisabled={open.isPending} onPress={send}>
          Open the account
        </Button>
      </p>
      <div aria-live="polite">
        {open.isPending ? <p className="soft">The chain is told of the account …</p> : null}
        {open.data === undefined ? null : (
          <Handed name={open.data.machine.name} account={open.data.machine.account} jwt={open.data.credential} />
        )}
      </div>
      {open.error === null ? null : <Refusal error={open.error} title="Not opened" />}
    </div>
  )
}

function Handed({ name, account, jwt }: { name: string; account: string; jwt: string }) {
  const file = `machine-${account.slice(2, 10)}.jwt`
  return (
    <Notice
      title={`${name} has an account that waits for its receipt`}
      action={<Button onPress={() => download(file, 'application/json', `${jwt}\n`)}>Save its credential</Button>}
    >
      <p>Take the file to the machine. It is no secret: only the machine’s own key can present it. There, once:</p>
      <Copy label="command that shows the receipt" text={`npx opem wallet accept NAME ${file} --receipt`} />
    </Notice>
  )
}
