import { openMarket } from '../../contracts/testing/market.ts'
import { type Gas, measureMarket } from './scenarios.ts'
import { storedTermsGas } from './stored-terms.ts'

export const AIMS: Gas = { publish: 120_000, conclude: 150_000, claim: 45_000, claimManyEach: 20_000 }

/** What others' contracts cost for the comparable step, measured on the same EVM when this marketplace was designed. */
const PEERS: Readonly<Record<string, string>> = {
  publish: 'Ocean 1,090,000; SingularityNET 166,000',
  conclude: 'i3-MARKET 1,040,000',
  pay: 'Ocean order 80,000',
  reserveFirst: 'SingularityNET open channel 189,000',
  claim: 'SingularityNET 50,000',
}

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

/** Gas of whole transactions (intrinsic gas and calldata too) on anvil, beside a contract that stores all terms. */
export async function run(): Promise<Record<string, unknown>> {
  const market = await openMarket()
  try {
    const gas = await measureMarket(market)
    const stored = await storedTermsGas(market)
    print(gas, stored)
    return { bench: 'market', gas, stored, aims: AIMS, batch: 32, chain: 'anvil, cancun' }
  } finally {
    await market.close()
  }
}

function print(gas: Gas, stored: Gas): void {
  const digits = (value: number | undefined) => value?.toLocaleString('en') ?? ''
  const line = (step: string, cells: readonly string[], peers: string) =>
    console.log(`${step.padEnd(44)}${cells.map((cell) => cell.padStart(12)).join('')}   ${peers}`)
  console.log('gas of whole transactions, anvil, cancun')
  line('', ['gas', 'aim', 'stored terms'], 'peers (literature)')
  for (const [step, used] of Object.entries(gas)) {
    const aim = AIMS[step] === undefined ? '' : `≤ ${digits(AIMS[step])}`
    line(WORDS[step] ?? step, [digits(used), aim, digits(stored[step])], PEERS[step] ?? '')
  }
}
