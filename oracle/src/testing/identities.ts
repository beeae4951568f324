import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { issuerRegistryAbi } from '@opem/contracts'
import { issueCredential } from '@opem/ssi/credential'
import { accountIdOf, didOfAddress } from '@opem/ssi/did'
import { createSignedFetch, createSystemKey } from '@opem/ssi/http-signature'
import { type Address, keccak256, stringToBytes, type WalletClient } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

/** System keys of the nodes and of an operator, as `opem up` makes them, in a folder; and who may speak for meters. */
export async function createIdentities(folder: string) {
  const dir = join(folder, 'access')
  mkdirSync(dir, { mode: 0o700 })
  const keyFile = (id: string) => join(dir, `${id}.json`)
  const systems: object[] = []
  const add = async (id: string, scopes: string[], meters: string[]) => {
    const key = await createSystemKey(keyFile(id))
    systems.push({ id, name: id, scopes, meters, authentication: { kind: 'signature', publicKey: key.publicJwk } })
    return key
  }
  for (const seat of [1, 2, 3]) await add(`oracle-${seat}`, ['oracle'], [])
  const operator = await add('command-line', ['operator'], ['*'])
  const systemsFile = join(dir, 'systems.json')
  writeFileSync(systemsFile, JSON.stringify({ systems }))
  return { systemsFile, keyFile, fetch: createSignedFetch(operator) }
}

/** A meter operator whom the marketplace believes, and the credentials it gives. */
export async function accreditMeterOperator(wallet: WalletClient, registry: Address, chainId: number) {
  const signer = privateKeyToAccount(generatePrivateKey())
  const issuer = didOfAddress(chainId, signer.address)
  await wallet.writeContract({
    address: registry,
    abi: issuerRegistryAbi,
    functionName: 'accredit',
    args: [accountIdOf(issuer), keccak256(stringToBytes('DataSourceCredential'))],
    account: wallet.account!,
    chain: null,
  })
  return (account: Address, meter: string): Promise<string> =>
    issueCredential({
      issuer,
      signer,
      type: 'DataSourceCredential',
      subject: didOfAddress(chainId, account),
      claims: { meter, role: 'data-subject' },
      expiresAt: Math.floor(Date.now() / 1000) + 86_400,
    })
}
