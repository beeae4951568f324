import type { Market } from '../../contracts/testing/market.ts'
import { oceanGas } from './ocean.ts'
import type { Gas } from './scenarios.ts'
import { singularityNetGas } from './singularity-net.ts'

/** A step of another project's contracts beside ours of the same purpose. */
export interface PeerStep {
  /** Ours, as in the table. */
  readonly step: string
  readonly peer: string
  /** What their contract does in it. */
  readonly call: string
  readonly gas: number
  /** Their gas against ours; above 1 where theirs is dearer. */
  readonly ratio: number
  /** Whether this run measured it, or others published it. */
  readonly source: 'measured' | 'published'
}

const OCEAN = 'Ocean'
const SINGULARITY = 'SingularityNET'
/** Our step, the peer, the peer's step by its name in the measurement, and in words. */
const COMPARED = [
  ['publish', OCEAN, 'publish', 'asset, access token and fixed price'],
  ['publish', OCEAN, 'publishFree', 'asset and access token to be given away'],
  ['publish', OCEAN, 'publishBare', 'asset and access token alone'],
  ['publish', SINGULARITY, 'registerService', 'register a service'],
  ['update', OCEAN, 'setMetaData', 'set metadata anew, checked by nobody'],
  ['reserveFirst', SINGULARITY, 'openChannel', 'open a channel'],
  ['claimFirst', SINGULARITY, 'claimFirst', 'the first claim from a channel'],
  ['claim', SINGULARITY, 'claim', 'claim from a channel'],
  ['claimManyEach', SINGULARITY, 'claimManyEach', 'claim from 32 channels at once, each'],
  ['pay', OCEAN, 'order', 'start an order with a token in hand'],
  ['pay', OCEAN, 'buyAndOrder', 'buy a token at a fixed price, start an order'],
] as const

/** i3-MARKET's agreement contract is not on npm; the figure is what its project published. */
const I3_MARKET = { step: 'conclude', peer: 'i3-MARKET', call: 'create an agreement', gas: 1_040_000 } as const

/** Runs the peers' own compiled contracts on the market's chain, with its euro, and holds each step against ours. */
export async function peerSteps(market: Market, ours: Gas): Promise<readonly PeerStep[]> {
  const measured: Readonly<Record<string, Gas>> = {
    [OCEAN]: await oceanGas(market),
    [SINGULARITY]: await singularityNetGas(market),
  }
  const against = (step: string, gas: number): number => Math.round((100 * gas) / ours[step]!) / 100
  return [
    ...COMPARED.map(([step, peer, key, call]): PeerStep => {
      const gas = measured[peer]![key]!
      return { step, peer, call, gas, ratio: against(step, gas), source: 'measured' }
    }),
    { ...I3_MARKET, ratio: against(I3_MARKET.step, I3_MARKET.gas), source: 'published' },
  ]
}
