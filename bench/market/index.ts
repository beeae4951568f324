import { openMarket } from '../../contracts/testing/market.ts'
import { type PeerStep, peerSteps } from './peers.ts'
import { BATCH, type Gas, measureMarket } from './scenarios.ts'
import { storedTermsGas } from './stored-terms.ts'

export const AIMS: Gas = { publish: 120_000, conclude: 150_000, claim: 45_000, claimManyEach: 20_000 }

const WORDS: Readonly<Record<string, string>> = {
  publish: 'publish a listing, both sides signed',
  publishByRepresentative: '  … by a representative of a company',
  update: 'publish its next version',
  conclude: 'conclude an agreement, both sides signed',
  concludeByRepresentatives: '  … by representatives of both',
  extend: 'extend it, both sides signed',
  terminate: 'terminate it',
  depositFirst: 'deposit, the first ever',
  deposit: 'deposit',
  depositWithPermit: 'deposit with a permit, no approval before',
  reserveFirst: 'set money aside, the first time',
  reserveMore: 'set more aside',
  claimFirst: "claim a voucher, a provider's first ever",
  claim: 'claim a voucher',
  claimByRepresentative: '  … signed by a representative',
  claimManyEach: 'claim vouchers, 32 at once, each',
  closeReserve: 'close a reserve',
  reclaim: 'take the rest back',
  pay: 'pay an instalment',
  accept: 'accept it',
  dispute: 'dispute one',
  decide: 'decide a dispute',
  withdraw: 'withdraw',
}

/** Gas of whole transactions (intrinsic gas and calldata too) on anvil, beside a contract that stores all terms and beside peers. */
export async function run(): Promise<Record<string, unknown>> {
  const market = await openMarket()
  try {
    const gas = await measureMarket(market)
    const stored = await storedTermsGas(market)
    const peers = await peerSteps(market, gas)
    print(gas, stored)
    printPeers(gas, peers)
    return { bench: 'market', gas, stored, peers, aims: AIMS, batch: BATCH, chain: 'anvil, cancun' }
  } finally {
    await market.close()
  }
}

const digits = (value: number | undefined): string => value?.toLocaleString('en') ?? ''
const line = (step: string, cells: readonly string[], rest = ''): void =>
  console.log(`${step.padEnd(44)}${cells.map((cell) => cell.padStart(14)).join('')}   ${rest}`.trimEnd())

function print(gas: Gas, stored: Gas): void {
  console.log('gas of whole transactions, anvil, cancun')
  line('', ['gas', 'aim', 'stored terms'])
  for (const [step, used] of Object.entries(gas)) {
    const aim = AIMS[step] === undefined ? '' : `≤ ${digits(AIMS[step])}`
    line(WORDS[step] ?? step, [digits(used), aim, digits(stored[step])])
  }
}

function printPeers(gas: Gas, peers: readonly PeerStep[]): void {
  console.log("\npeers' own contracts, the same chain and token")
  line('', ['gas', 'peer', 'peer / ours'])
  for (const { step, peer, call, gas: theirs, ratio, source } of peers) {
    const origin = source === 'published' ? ' (published, not measured here)' : ''
    line(WORDS[step] ?? step, [digits(gas[step]), digits(theirs), `${ratio.toFixed(2)} ×`], `${peer}: ${call}${origin}`)
  }
}
