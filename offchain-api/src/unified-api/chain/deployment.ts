import { readFile, stat } from 'node:fs/promises'
import { OpemError } from '@opem/domain'
import { z } from 'zod'
import { address } from '../shapes.ts'

/** Every contract of the marketplace. */
export const contractAddresses = z.object({
  CommunityFactory: address,
  Settlement: address,
  AccessManager: address,
  EthereumDIDRegistry: address,
  IssuerRegistry: address,
  SchemaRegistry: address,
  CredentialDefinitionRegistry: address,
  RevocationRegistry: address,
  AccountRegistry: address,
  PriceBook: address,
  ListingRegistry: address,
  AgreementRegistry: address,
  OpenInnovation: address,
  CompositionRegistry: address,
  Escrow: address,
  EuroToken: address,
})

const shape = z.object({
  chainId: z.number().int().positive(),
  block: z.number().int().min(0),
  addresses: contractAddresses,
})

/** Where the contracts are, as the deployment wrote it. */
export type Deployment = z.output<typeof shape>

const LOOK_AGAIN_MS = 250

/**
 * Reads the deployment file whenever it changed: it appears after the first start, and again after a new deployment.
 * @throws ERR_DEPLOYMENT_UNKNOWN (retryable)
 */
export function createDeploymentReader(path: string): () => Promise<Deployment> {
  let known: { readonly changed: number; readonly deployment: Deployment } | undefined
  let looked = 0
  return async () => {
    // Every request asks; a new deployment is noticed a moment later.
    if (known && performance.now() - looked < LOOK_AGAIN_MS) return known.deployment
    try {
      const changed = (await stat(path)).mtimeMs
      if (known?.changed !== changed)
        known = { changed, deployment: shape.parse(JSON.parse(await readFile(path, 'utf8'))) }
      looked = performance.now()
      return known.deployment
    } catch (cause) {
      throw new OpemError({
        code: 'ERR_DEPLOYMENT_UNKNOWN',
        shortMessage:
          'the contracts are not deployed yet, or the deployment file cannot be read; try again in a moment',
        cause,
        retryable: true,
      })
    }
  }
}
