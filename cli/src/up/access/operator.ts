import { openKeyFile } from '@opem/ssi'
import { didOfAddress } from '@opem/ssi/did'
import { readDeployment } from '../deployment.ts'
import { keyFile } from '../keys.ts'

/**
 * DIDs of the accounts that operate the marketplace, separated by commas: what OPEM_OPERATOR_DIDS says, else that of the
 * operator's own key on the chain of the deployment.
 */
export async function operatorDids(home: string): Promise<string> {
  const given = process.env.OPEM_OPERATOR_DIDS
  const deployment = readDeployment(home)
  if (given || deployment === undefined) return given ?? ''
  return didOfAddress(deployment.chainId, (await openKeyFile(keyFile(home, 'operator'))).address)
}
