import { z } from 'zod'

const Address = z.string().regex(/^0x[0-9a-fA-F]{40}$/)

/** What the manifest needs of `deployment.json`: where the contracts are and the block from which they exist. */
export const Deployment = z.object({
  block: z.int().nonnegative(),
  addresses: z.object({
    CommunityFactory: Address,
    Settlement: Address,
    IssuerRegistry: Address,
    SchemaRegistry: Address,
    CredentialDefinitionRegistry: Address,
    RevocationRegistry: Address,
    AccountRegistry: Address,
    // Of a marketplace that was deployed before they were: the index waits for nothing at their placeholders.
    ListingRegistry: Address.optional(),
    AgreementRegistry: Address.optional(),
    Escrow: Address.optional(),
    OpenInnovation: Address.optional(),
    CompositionRegistry: Address.optional(),
    PriceBook: Address.optional(),
  }),
})
export type Deployment = z.infer<typeof Deployment>

/** Name of the network in the manifest and in the index's settings: one marketplace, one chain. */
export const NETWORK = 'opem'

/** The addresses that stand in `subgraph.yaml` for those of a deployment. */
const PLACEHOLDERS = {
  CommunityFactory: '0x00000000000000000000000000000000000000f0',
  Settlement: '0x00000000000000000000000000000000000000f1',
  IssuerRegistry: '0x00000000000000000000000000000000000000f2',
  SchemaRegistry: '0x00000000000000000000000000000000000000f3',
  CredentialDefinitionRegistry: '0x00000000000000000000000000000000000000f4',
  RevocationRegistry: '0x00000000000000000000000000000000000000f5',
  AccountRegistry: '0x00000000000000000000000000000000000000f6',
  ListingRegistry: '0x00000000000000000000000000000000000000f7',
  AgreementRegistry: '0x00000000000000000000000000000000000000f8',
  Escrow: '0x00000000000000000000000000000000000000f9',
  OpenInnovation: '0x00000000000000000000000000000000000000fa',
  CompositionRegistry: '0x00000000000000000000000000000000000000fb',
  PriceBook: '0x00000000000000000000000000000000000000fc',
} as const

/**
 * The manifest (source or built) of a deployment.
 * @throws Error when a placeholder is not in it: the manifest was changed without this file
 */
export function manifestFor(manifest: string, deployment: Deployment): string {
  let text = manifest.replaceAll(/startBlock: \d+/g, `startBlock: ${deployment.block}`)
  for (const [name, placeholder] of Object.entries(PLACEHOLDERS)) {
    if (!text.includes(placeholder)) throw new Error(`subgraph.yaml has no address ${placeholder} to stand for ${name}`)
    const address = deployment.addresses[name as keyof typeof PLACEHOLDERS]
    if (address !== undefined) text = text.replaceAll(placeholder, address.toLowerCase())
  }
  return text
}
