import { runInOrder } from './run.ts'

/** In this order: the subgraph's types come from the ABIs. */
const GENERATORS = [
  'contracts/generate-abi.ts',
  'subgraph/generate.ts',
  'ssi/generate-schemas.ts',
  'offchain-api/generate.ts',
]

/** `npm run generate`: everything that is committed and made by scripts, anew. */
export const generate = (): Promise<number> => runInOrder(GENERATORS.map((script) => ['node', [script]] as const))
