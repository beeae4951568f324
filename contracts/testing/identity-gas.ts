import { type Hex, keccak256, numberToHex, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { accountRegistryAbi, issuerRegistryAbi, revocationRegistryAbi } from '../abi/index.ts'
import { revocationTypedData } from '../revocation.ts'
import { keyOf, type Marketplace } from './marketplace.ts'

export type IdentityGas = Record<
  | 'open'
  | 'activate'
  | 'renew'
  | 'suspend'
  | 'revokeAccount'
  | 'accredit'
  | 'revoke'
  | 'revokeSigned'
  | 'revokePerMore',
  number
>

/** Gas of whole transactions on a marketplace just opened: a company's first day, and revocations of its credentials. */
export async function measureIdentityGas({ client, operator, addresses, mined }: Marketplace): Promise<IdentityGas> {
  const account = keccak256(toHex('did:ethr:0x7a69:0x00000000000000000000000000000000000000a1'))
  const [first, second] = [keyOf('first credential'), keyOf('second credential')]
  const gas = async (sent: Promise<Hex>) => Number((await mined(await sent)).gasUsed)
  const accounts = { address: addresses.AccountRegistry, abi: accountRegistryAbi } as const
  const until = (await client.getBlock()).timestamp + 3600n

  const write = operator.writeContract
  const open = await gas(write({ ...accounts, functionName: 'open', args: [account, 0, 3, first, until] }))
  const activate = await gas(write({ ...accounts, functionName: 'activate', args: [account, 1, first] }))
  const renew = await gas(write({ ...accounts, functionName: 'renew', args: [account, 2, first, second] }))
  const suspend = await gas(write({ ...accounts, functionName: 'suspend', args: [account] }))
  const revokeAccount = await gas(write({ ...accounts, functionName: 'revoke', args: [account] }))

  const issuers = { address: addresses.IssuerRegistry, abi: issuerRegistryAbi } as const
  const accredit = await gas(write({ ...issuers, functionName: 'accredit', args: [account, keyOf('type')] }))

  const revocations = { address: addresses.RevocationRegistry, abi: revocationRegistryAbi } as const
  const idsFrom = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => keccak256(numberToHex(from + i, { size: 32 })))
  const own = operator.account.address
  const revoke = await gas(write({ ...revocations, functionName: 'revoke', args: [own, idsFrom(0, 1)] }))
  const batch = await gas(write({ ...revocations, functionName: 'revoke', args: [own, idsFrom(100, 101)] }))

  const issuer = privateKeyToAccount(keyOf('issuer'))
  const credentialIds = idsFrom(300, 1)
  const typed = revocationTypedData({
    chainId: await client.getChainId(),
    registry: addresses.RevocationRegistry,
    issuer: issuer.address,
    credentialIds,
    nonce: await client.readContract({ ...revocations, functionName: 'nonces', args: [issuer.address] }),
    deadline: until,
  })
  const args = [issuer.address, credentialIds, until, await issuer.signTypedData(typed)] as const
  const revokeSigned = await gas(write({ ...revocations, functionName: 'revokeSigned', args }))
  return {
    open,
    activate,
    renew,
    suspend,
    revokeAccount,
    accredit,
    revoke,
    revokeSigned,
    revokePerMore: Math.round((batch - revoke) / 100),
  }
}
