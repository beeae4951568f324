import { OPERATIONS, type Operation, ok, type PresentationTerms, presentationTypedData, refuse } from '@opem/domain'
import { type Address, type Hex, hexToBigInt, isAddressEqual, recoverTypedDataAddress, size, slice } from 'viem'
import { credentialHashOf } from '../credential/hash.ts'
import { addressOfDid, type Did, parseDid } from '../did/did.ts'
import { checkChallenge } from './expected.ts'
import type { Expected, HolderProof, Verified, VerifierPorts } from './types.ts'

/** A holder and the credentials that its signature covers; whether it signed is found out by `isSigned`. */
export interface Claimed {
  readonly holder: Did
  readonly credentials: readonly string[]
  readonly checkSignature: () => Promise<Verified<undefined>>
}

/** Reads an EIP-712 presentation. The typed data is built here, out of what was asked for: the proof brings no types. */
export function readEip712(
  proof: Extract<HolderProof, { kind: 'eip712' }>,
  expected: Expected,
  ports: VerifierPorts,
): Verified<Claimed> {
  const challenge = checkChallenge(proof, expected)
  if (!challenge.ok) return challenge
  const holder = parseDid(proof.holder, ports.chainId)
  if (!holder.ok) return refuse('ERR_DID', `The holder: ${holder.reason}`)
  const address = addressOfDid(holder.value)
  if (address === undefined) return refuse('ERR_ALG', 'Only a did:ethr signs typed data: present a VP-JWT.')
  const terms: PresentationTerms = {
    chainId: ports.chainId,
    operation: expected.operation,
    holder: address,
    challenge: expected.challenge,
    audience: expected.audience,
    credentials: proof.credentials.map(credentialHashOf),
    expires: proof.expires,
  }
  return ok({
    holder: holder.value,
    credentials: proof.credentials,
    checkSignature: () => checkSignature(holder.value, terms, proof.signature, ports),
  })
}

/** By a present key of the holder, or by the contract wallet that controls its DID (ERC-1271). */
async function checkSignature(
  holder: Did,
  terms: PresentationTerms,
  signature: Hex,
  { resolver, isContractSignature }: VerifierPorts,
): Promise<Verified<undefined>> {
  const { deactivated, authentication, compromised, controller } = await resolver.resolve(holder)
  if (deactivated) return refuse('ERR_DID', `The holder ${holder} gave up its DID.`)
  const keys = authentication.flatMap(({ address }) => (address && !compromised.has(address) ? [address] : []))
  const isHolders = (signer: Address | undefined) => signer && keys.some((key) => isAddressEqual(key, signer))
  if (isHolders(await signerOf(terms, signature))) return ok(undefined)
  if (controller && (await isContractSignature(controller, terms, signature))) return ok(undefined)
  for (const operation of OPERATIONS.filter((other: Operation) => other !== terms.operation)) {
    if (isHolders(await signerOf({ ...terms, operation }, signature)))
      return refuse(
        'ERR_VP_OPERATION',
        `The presentation was signed for ${operation}, and ${terms.operation} was asked for.`,
      )
  }
  return refuse('ERR_VP_SIGNATURE', `The presentation is not signed by a present key of ${holder}.`)
}

const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/** Only r, s (low) and v of 27 or 28: one signature has one spelling, as Ethereum's own transactions (EIP-2). */
async function signerOf(terms: PresentationTerms, signature: Hex): Promise<Address | undefined> {
  if (size(signature) !== 65 || !/1[bc]$/.test(signature)) return undefined
  if (hexToBigInt(slice(signature, 32, 64)) > HALF_ORDER) return undefined
  return recoverTypedDataAddress({ ...presentationTypedData(terms), signature }).catch(() => undefined)
}
