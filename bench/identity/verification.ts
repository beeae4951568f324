import { type Hex, presentationTypedData } from '@opem/domain'
import { credentialHashOf } from '@opem/ssi/credential'
import { createDidResolver, parseDid } from '@opem/ssi/did'
import { createChainPorts, type HolderProof, verifyPresentation } from '@opem/ssi/verifier'
import { verifyJWS } from 'did-jwt'
import { verifyTypedData } from 'viem/utils'
import type { AccessWorld } from '../../offchain-api/src/testing/access-world.ts'
import { type Browser, CHAIN_ID } from '../../offchain-api/src/testing/browser.ts'
import { inTurn, type Load } from './load.ts'

const RUNS = 500
const WARM = 100

/**
 * The verifier by itself, on the real chain, with everything it checks, against the signatures alone: the same
 * presentation's by viem and the same credentials' by did-jwt, with the signers' addresses given.
 */
export async function measureVerification(
  world: AccessWorld,
  { page, credentials }: { page: Browser; credentials: readonly string[] },
): Promise<{ verification: Load; signatures: Load }> {
  const { audience, challenge } = await page.challenge('sign-in')
  const proof = (await page.present('sign-in', credentials, { audience, challenge })) as HolderProof & {
    kind: 'eip712'
  }
  const { addresses } = world.chain.deployment
  const rpcUrl = world.chain.anvil.url
  const marketplace = parseDid(audience, CHAIN_ID)
  if (!marketplace.ok) throw new Error(marketplace.reason)
  const ports = {
    ...createChainPorts({
      rpcUrl,
      addresses: {
        IssuerRegistry: addresses.IssuerRegistry as Hex,
        RevocationRegistry: addresses.RevocationRegistry as Hex,
      },
    }),
    resolver: createDidResolver({ rpcUrl, chainId: CHAIN_ID, registry: addresses.EthereumDIDRegistry as Hex }),
    chainId: CHAIN_ID,
    marketplace: marketplace.value,
  }
  const types = ['RepresentativeCredential', 'AccountCredential'] as const
  const verify = async () => {
    const now = Math.floor(Date.now() / 1000)
    const verified = await verifyPresentation(proof, { operation: 'sign-in', challenge, audience, now, types }, ports)
    if (!verified.ok) throw new Error(`${verified.code}: ${verified.reason}`)
  }

  const holder = page.wallet.address.toLowerCase() as Hex
  const hashes = credentials.map(credentialHashOf)
  const terms = { operation: 'sign-in', holder, challenge, audience, credentials: hashes } as const
  const signed = presentationTypedData({ ...terms, chainId: CHAIN_ID, expires: proof.expires })
  const issuers = await Promise.all(credentials.map(async (jwt) => (await signerOf(jwt, ports.resolver)) as Hex))
  const checkSignatures = async () => {
    const ours = await verifyTypedData({ ...signed, address: page.wallet.address, signature: proof.signature as Hex })
    if (!ours) throw new Error('the presentation is not signed by its holder')
    for (const [place, jwt] of credentials.entries()) {
      const key = { id: '#controller', type: 'EcdsaSecp256k1RecoveryMethod2020', controller: '' }
      verifyJWS(jwt, { ...key, blockchainAccountId: `eip155:${CHAIN_ID}:${issuers[place]}` })
    }
  }
  await inTurn(WARM, verify)
  await inTurn(WARM, checkSignatures)
  return { verification: await inTurn(RUNS, verify), signatures: await inTurn(RUNS, checkSignatures) }
}

/** Who signs for the issuer of a credential today. */
async function signerOf(jwt: string, resolver: ReturnType<typeof createDidResolver>): Promise<string> {
  const { iss } = JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString())
  const did = parseDid(iss, CHAIN_ID)
  if (!did.ok) throw new Error(did.reason)
  return (await resolver.resolve(did.value)).controller!
}
