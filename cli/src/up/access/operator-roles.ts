import { existsSync, readFileSync } from 'node:fs'
import { accessManagerAbi } from '@opem/contracts'
import { type Address, type Chain, createPublicClient, http, isAddressEqual, type LocalAccount } from 'viem'
import { z } from 'zod'
import { ACCOUNT_OPERATOR, keyFile } from '../keys.ts'
import { accessPath } from './paths.ts'
import { writePrivateFile } from './private-file.ts'
import { createRoleChange, ROLES } from './role-change.ts'

export interface OperatorRoles {
  readonly home: string
  readonly chain: Chain
  readonly accessManager: Address
  /** Administers the AccessManager. */
  readonly administrator: LocalAccount
  /** Whose key carries out what the operator decides; the registrar's lost that role to it. */
  readonly accountOperator: Address
  readonly registrar: Address
  /** Addresses of the DIDs that operate the marketplace (OPEM_OPERATOR_DIDS). */
  readonly operators: readonly Address[]
  readonly say: (line: string) => void
}

const Record = z.strictObject({
  chainId: z.int(),
  accessManager: z.string(),
  /** Who has the role because the settings said so. */
  addresses: z.array(z.string()),
  /** Whether the account operator's key has the role. */
  ready: z.boolean(),
})
const fileOf = (home: string): string => accessPath(home, 'operators.json')

/**
 * Makes the chain say who operates: the API's key for it and everybody whom the settings name get the role, the registrar's
 * key loses it, and so do those whom the settings named once and name no longer. A second call sends nothing. Where the
 * administrator decides with notice, a change is scheduled, and made by a start after the notice has passed.
 * @returns whether the account operator has the role by now
 */
export async function bringOperatorRoles(roles: OperatorRoles): Promise<boolean> {
  const { home, chain, accessManager, administrator, accountOperator, registrar, operators, say } = roles
  const client = createPublicClient({ chain, transport: http() })
  const manager = { address: accessManager, abi: accessManagerAbi } as const
  const has = async (address: Address): Promise<boolean> =>
    (await client.readContract({ ...manager, functionName: 'hasRole', args: [ROLES.operator, address] }))[0]
  const roleChange = createRoleChange({ chain, accessManager, administrator, say })
  const change = (what: 'grantRole' | 'revokeRole', address: Address) => roleChange({ what, role: 'operator', address })

  const wanted = [administrator.address, accountOperator, ...operators]
  for (const address of wanted) if (!(await has(address))) await change('grantRole', address)
  const ready = await has(accountOperator)

  const before = grantedBefore(home, chain.id, accessManager)
  const over = before.filter((address) => !wanted.some((one) => isAddressEqual(one, address)))
  // Until the new key may, the old one has to go on.
  const taken = ready && !operators.some((one) => isAddressEqual(one, registrar)) ? [registrar, ...over] : over
  for (const address of taken) if (await has(address)) await change('revokeRole', address)

  const still = []
  for (const address of new Set([...before, ...operators])) if (await has(address)) still.push(address)
  writePrivateFile(fileOf(home), JSON.stringify({ chainId: chain.id, accessManager, addresses: still, ready }))
  return ready
}

/** Whom an earlier start gave the role on this marketplace, as the settings said then. */
function grantedBefore(home: string, chainId: number, accessManager: Address): Address[] {
  const known = readRecord(home)
  return known?.chainId === chainId && known.accessManager === accessManager ? (known.addresses as Address[]) : []
}

const readRecord = (home: string) =>
  existsSync(fileOf(home)) ? Record.parse(JSON.parse(readFileSync(fileOf(home), 'utf8'))) : undefined

/** The key file with which the API carries out the operator's decisions: the registrar's, as before, until the new one may. */
export const operatorKeyFile = (home: string): string =>
  keyFile(home, readRecord(home)?.ready === false ? 'registrar' : ACCOUNT_OPERATOR)
