import { ethereumDidRegistryAbi, issuerRegistryAbi, revocationRegistryAbi } from '@opem/contracts'
import type { MarketRole } from '@opem/domain'
import { type Address, type Hex, keccak256, parseEther, stringToBytes, stringToHex } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { keyOf, openMarketplace } from '../../../contracts/testing/marketplace.ts'
import type { ClaimsOf, CredentialType } from '../credential/claims.ts'
import { credentialIdOf } from '../credential/hash.ts'
import { accountIdOf, addressOfDid, type Did, didOfAddress } from '../did/did.ts'
import { createDidResolver } from '../did/resolver.ts'
import { createChainPorts } from '../verifier/chain-ports.ts'
import type { VerifierPorts } from '../verifier/types.ts'

/** Someone with a key and the DID of its address. */
export interface Person {
  readonly did: Did
  readonly wallet: PrivateKeyAccount
}

export const CHAIN = 31337

/** A person by name: the same key in every run. */
export function person(name: string): Person {
  const wallet = privateKeyToAccount(keyOf(name))
  return { did: didOfAddress(CHAIN, wallet.address), wallet }
}

export type World = Awaited<ReturnType<typeof openWorld>>

/** A chain with the marketplace's contracts, and everything of it that a verifier reads. Call `close` at the end. */
export async function openWorld() {
  const marketplace = await openMarketplace()
  const { url: rpcUrl, addresses, operator, mined, tester, client } = marketplace
  const registry = addresses.EthereumDIDRegistry
  const resolver = createDidResolver({ rpcUrl, chainId: CHAIN, registry })
  const seat = person('the marketplace')
  const ports: VerifierPorts = {
    resolver,
    chainId: CHAIN,
    marketplace: seat.did,
    ...createChainPorts({ rpcUrl, addresses }),
    memberIssuers: async ({ community }) => (community === COMMUNITY ? [person('administrator').did] : []),
  }
  const send = async (
    who: Person,
    abi: readonly unknown[],
    address: Address,
    functionName: string,
    args: unknown[],
  ) => {
    await tester.setBalance({ address: who.wallet.address, value: parseEther('1') })
    return mined(await operator.writeContract({ account: who.wallet, address, abi, functionName, args } as never))
  }
  const identityOf = (who: Person | Did): Address => addressOfDid(typeof who === 'string' ? who : who.did)!

  return {
    ...marketplace,
    rpcUrl,
    registry,
    resolver,
    ports,
    seat,
    send,
    accredit: async (issuer: Person, type: CredentialType): Promise<void> => {
      const args = [accountIdOf(issuer.did), keccak256(stringToBytes(type))] as const
      const contract = { address: addresses.IssuerRegistry, abi: issuerRegistryAbi } as const
      if (await client.readContract({ ...contract, functionName: 'isAccredited', args })) return
      await mined(await operator.writeContract({ ...contract, functionName: 'accredit', args }))
    },
    revoke: (issuer: Person, jti: string) =>
      send(issuer, revocationRegistryAbi, addresses.RevocationRegistry, 'revoke', [
        issuer.wallet.address,
        [credentialIdOf(jti)],
      ]),
    /** Hands a DID to another key; `by` is who owns it now. */
    changeOwner: (did: Did, by: Person, to: Address) =>
      send(by, ethereumDidRegistryAbi, registry, 'changeOwner', [identityOf(did), to]),
    setAttribute: (did: Did, by: Person, name: string, value: Hex, seconds = 315_360_000) =>
      send(by, ethereumDidRegistryAbi, registry, 'setAttribute', [
        identityOf(did),
        stringToHex(name, { size: 32 }),
        value,
        BigInt(seconds),
      ]),
    revokeAttribute: (did: Did, by: Person, name: string, value: Hex) =>
      send(by, ethereumDidRegistryAbi, registry, 'revokeAttribute', [
        identityOf(did),
        stringToHex(name, { size: 32 }),
        value,
      ]),
    addDelegate: (
      did: Did,
      by: Person,
      type: 'veriKey' | 'sigAuth' | `opem/${MarketRole}`,
      delegate: Address,
      seconds: number,
    ) =>
      send(by, ethereumDidRegistryAbi, registry, 'addDelegate', [
        identityOf(did),
        stringToHex(type, { size: 32 }),
        delegate,
        BigInt(seconds),
      ]),
    revokeDelegate: (did: Did, by: Person, type: `opem/${MarketRole}`, delegate: Address) =>
      send(by, ethereumDidRegistryAbi, registry, 'revokeDelegate', [
        identityOf(did),
        stringToHex(type, { size: 32 }),
        delegate,
      ]),
  }
}

export const COMMUNITY: Address = `0x${'c0'.repeat(20)}`

/** Claims that are right for each type, with `subject` where a claim names it. */
export const claimsFor = {
  RepresentativeCredential: (company: Did): ClaimsOf<'RepresentativeCredential'> => ({
    name: 'Ann Archer',
    email: 'ann@sunny.example',
    roles: ['administrator'],
    company: {
      did: company,
      name: 'Sunny Street Energy',
      url: 'https://sunny.example',
      walletEndpoint: 'https://wallet.sunny.example/didcomm',
    },
  }),
  IdentityCredential: (): ClaimsOf<'IdentityCredential'> => ({ name: 'Carl Citizen', country: 'ES' }),
  AccountCredential: (subject: Did): ClaimsOf<'AccountCredential'> => ({
    account: accountIdOf(subject),
    kind: 'company',
    version: 1,
    previous: null,
    roles: ['data-provider', 'service-user'],
    name: 'Sunny Street Energy',
    contracts: [],
  }),
  DataSourceCredential: (): ClaimsOf<'DataSourceCredential'> => ({ meter: 'meter-7', role: 'data-subject' }),
  MemberCredential: (): ClaimsOf<'MemberCredential'> => ({ community: COMMUNITY, member: `0x${'ee'.repeat(32)}` }),
}
