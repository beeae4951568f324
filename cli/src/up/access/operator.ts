import { openKeyFile } from '@opem/ssi'
import { addressOfDid, didOfAddress, parseDid } from '@opem/ssi/did'
import type { Address } from 'viem'
import { refusal } from '../../failure.ts'
import { readDeployment } from '../deployment.ts'
import { keyFile } from '../keys.ts'
import { DEMO_OPERATOR } from './demo-operator.ts'

/**
 * DIDs of the accounts that operate the marketplace, separated by commas: what OPEM_OPERATOR_DIDS says, else that of the
 * operator's own key on the chain of the deployment, and of the demo's wallet where it operates.
 */
export async function operatorDids(home: string, demo: boolean): Promise<string> {
  const given = process.env.OPEM_OPERATOR_DIDS
  const deployment = readDeployment(home)
  if (given || deployment === undefined) return given ?? ''
  const { address } = await openKeyFile(keyFile(home, 'operator'))
  return [address, ...(demo ? [DEMO_OPERATOR] : [])].map((one) => didOfAddress(deployment.chainId, one)).join(',')
}

/**
 * The addresses of the DIDs that operate the marketplace by the settings. A did:jwk has none: its holder operates by the
 * page alone.
 * @throws ERR_SETTINGS naming a text that is no DID of this chain
 */
export function operatorAddresses(env: Readonly<Record<string, string | undefined>>, chainId: number): Address[] {
  const texts = (env.OPEM_OPERATOR_DIDS ?? '').split(',').map((text) => text.trim())
  return texts.filter(Boolean).flatMap((text) => {
    const did = parseDid(text, chainId)
    if (did.ok) return addressOfDid(did.value) ?? []
    throw refusal('ERR_SETTINGS', `The setting OPEM_OPERATOR_DIDS names "${text}": ${did.reason}`)
  })
}
