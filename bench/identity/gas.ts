import { accountRegistryAbi, revocationRegistryAbi } from '@opem/contracts'
import { type AbiEvent, type Hex, keccak256, toHex } from 'viem'
import type { AccessWorld, Citizen, Company } from '../../offchain-api/src/testing/access-world.ts'

export interface Gas {
  readonly open: number
  readonly activate: number
  readonly renew: number
  readonly revokeAccount: number
  readonly revokeCredential: number
}

/** Gas of whole transactions, from their receipts: those that the marketplace itself sent, and a renewal and two revocations now. */
export async function measureGas(
  world: AccessWorld,
  { citizen, company, employee }: { citizen: Citizen; company: Company; employee: string },
): Promise<Gas> {
  const { client, administrator, registrar, deployment } = world.chain
  const accounts = { address: deployment.addresses.AccountRegistry as Hex, abi: accountRegistryAbi } as const
  const stored = await client.readContract({ ...accounts, functionName: 'accountOf', args: [citizen.account] })
  const renewal = [citizen.account, stored.version + 1, stored.credentialHash, keccak256(toHex('renewed'))] as const
  const own = { ...accounts, chain: null } as const
  const renewed = await registrar.writeContract({ ...own, functionName: 'renew', args: renewal })
  await client.waitForTransactionReceipt({ hash: renewed })
  const revoked = await administrator.writeContract({ ...own, functionName: 'revoke', args: [citizen.account] })
  await client.waitForTransactionReceipt({ hash: revoked })
  const issued = (await company.wallet.issued()).find(({ name }) => name === employee)!
  await company.wallet.revoke([issued.jti])

  /** The middle one of all transactions that emitted an event. */
  const gasOf = async (address: Hex, abi: readonly unknown[], name: string): Promise<number> => {
    const event = (abi as readonly AbiEvent[]).find((item) => item.type === 'event' && item.name === name)!
    const logs = await client.getLogs({ address, event, fromBlock: 0n })
    const used = await Promise.all(
      logs.map(async ({ transactionHash }) =>
        Number((await client.getTransactionReceipt({ hash: transactionHash })).gasUsed),
      ),
    )
    if (used.length === 0) throw new Error(`no transaction emitted ${name}`)
    return used.sort((a, b) => a - b)[Math.floor(used.length / 2)]!
  }
  const ofAccounts = (name: string) => gasOf(accounts.address, accountRegistryAbi, name)
  return {
    open: await ofAccounts('AccountOpened'),
    activate: await ofAccounts('AccountActivated'),
    renew: await ofAccounts('AccountRenewed'),
    revokeAccount: await ofAccounts('AccountRevoked'),
    revokeCredential: await gasOf(
      deployment.addresses.RevocationRegistry as Hex,
      revocationRegistryAbi,
      'CredentialRevoked',
    ),
  }
}
