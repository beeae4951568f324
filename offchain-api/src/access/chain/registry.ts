import { accountRegistryAbi } from '@opem/contracts'
import { type Hex, OpemError } from '@opem/domain'
import { createPublicClient, encodeFunctionData, http, type PrivateKeyAccount } from 'viem'
import { refusalIn } from '../../unified-api/chain/told.ts'
import type { ChainAccount } from '../identity.ts'
import { deciderOf, type StoredCall } from './calls.ts'
import type { AccountCalls } from './outbox.ts'

const STATUSES = ['none', 'pending', 'active', 'suspended', 'revoked'] as const

/** The account registry of a deployment. The registrar's key opens, activates and renews, the operator's suspends, reinstates, revokes and changes roles. */
export function createRegistry({
  rpcUrl,
  chainId,
  address,
  signers,
}: {
  readonly rpcUrl: string
  readonly chainId: number
  readonly address: Hex
  readonly signers: Readonly<Record<'registrar' | 'operator', () => Promise<PrivateKeyAccount>>>
}): AccountCalls & { accountOn(account: Hex): Promise<ChainAccount> } {
  const client = createPublicClient({ transport: http(rpcUrl, { timeout: 5000, retryCount: 0 }) })
  const contract = { address, abi: accountRegistryAbi } as const

  /** @throws ERR_CHAIN_UNREACHABLE (retryable) */
  async function accountOn(account: Hex): Promise<ChainAccount> {
    try {
      const found = await client.readContract({ ...contract, functionName: 'accountOf', args: [account] })
      const { status, version, roles, credentialHash, pendingUntil } = found
      return {
        ...{ status: STATUSES[status] ?? 'none', version, roles, credentialHash },
        pendingUntil: Number(pendingUntil),
      }
    } catch (cause) {
      throw new OpemError({
        code: 'ERR_CHAIN_UNREACHABLE',
        shortMessage: 'What the chain knows of the account cannot be read; try again in a moment',
        cause,
        retryable: true,
      })
    }
  }

  return {
    client,
    chainId,
    signerOf: ({ call }) => signers[deciderOf(call)](),
    accountOn,
    encode: (stored) => ({ to: address, data: dataOf(stored) }),
    async isReached({ account, call }) {
      const now = await accountOn(account)
      switch (call.kind) {
        case 'open':
          return now.credentialHash === call.credentialHash && now.status !== 'none'
        case 'activate':
        case 'renew':
          return now.credentialHash === call.credentialHash && (now.status === 'active' || now.status === 'suspended')
        case 'suspend':
          return now.status === 'suspended' || now.status === 'revoked'
        case 'reinstate':
          return now.status === 'active'
        case 'revoke':
          // An account that was never opened on the chain has nothing to revoke there.
          return now.status === 'revoked' || now.status === 'none'
        case 'change-roles':
          return now.roles === call.roles
        default:
          return call satisfies never
      }
    },
    refusalOf: (cause) => refusalIn(cause, accountRegistryAbi),
  }
}

function dataOf({ account, call }: StoredCall): Hex {
  const abi = accountRegistryAbi
  switch (call.kind) {
    case 'open': {
      const args = [account, call.accountKind, call.roles, call.credentialHash, BigInt(call.pendingUntil)] as const
      return encodeFunctionData({ abi, functionName: 'open', args })
    }
    case 'activate':
      return encodeFunctionData({ abi, functionName: 'activate', args: [account, call.version, call.credentialHash] })
    case 'renew': {
      const args = [account, call.version, call.previousHash, call.credentialHash] as const
      return encodeFunctionData({ abi, functionName: 'renew', args })
    }
    case 'suspend':
    case 'reinstate':
    case 'revoke':
      return encodeFunctionData({ abi, functionName: call.kind, args: [account] })
    case 'change-roles':
      return encodeFunctionData({ abi, functionName: 'changeRoles', args: [account, call.roles] })
    default:
      return call satisfies never
  }
}
