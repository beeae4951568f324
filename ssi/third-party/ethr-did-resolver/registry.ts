import { ethereumDidRegistryAbi } from '@opem/contracts'
import bytecodes from '../../../contracts/abi/bytecode.json' with { type: 'json' }

/** The registry that the marketplace deploys, in place of the one that the package brings for its tests. */
export const EthereumDIDRegistry = {
  abi: ethereumDidRegistryAbi,
  bytecode: (bytecodes as Record<string, string>).EthereumDIDRegistry,
}
