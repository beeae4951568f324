import { type Book, packTotals } from '@opem/domain'
import { encodeFunctionData } from 'viem'
import { settlementAbi } from '../../contracts/abi/index.ts'
import { settleBooks } from '../../contracts/testing/batches.ts'
import { foundCommunity, type Marketplace, openMarketplace } from '../../contracts/testing/marketplace.ts'
import { hoursOf } from './books.ts'
import { storedBalances } from './stored-balances.ts'

const SIZES = [8, 32, 100, 500] as const
const CHALLENGED = 256
const START = 1_704_067_200 // 2024-01-01T00:00:00Z
const HOUR = 3600

interface Row {
  readonly members: number
  readonly hourly: number
  readonly daily: number
  readonly stored: number
  readonly verifyBalance: number
}

const perMemberHour = (gas: number, members: number, hours: number): number =>
  Math.round((10 * gas) / members / hours) / 10

/**
 * Gas per member-hour of whole transactions (intrinsic gas, calldata, quorum 2 of 3) on anvil, against stored balances.
 * First batches open storage slots that later ones reuse, so the second of each kind is measured.
 */
export async function run(): Promise<Record<string, unknown>> {
  const market = await openMarketplace()
  try {
    const stored = await storedBalances(market)
    const rows: Row[] = []
    for (const members of SIZES) rows.push(await measure(market, members, stored))
    const challenge = await challengeGas(market)
    print(rows, challenge)
    return { gasPerMemberHour: rows, challenge256: challenge, quorum: '2 of 3', chain: 'anvil, cancun' }
  } finally {
    await market.close()
  }
}

async function measure(market: Marketplace, members: number, stored: (book: Book) => Promise<number>): Promise<Row> {
  const community = await foundCommunity(market, START)
  const books = hoursOf(START, 50, members, members)
  const settle = (from: number, to: number) => settleBooks(market, community, books.slice(from, to))
  await settle(0, 1)
  const hourly = await settle(1, 2)
  const day = books.slice(2, 26)
  const daily = await settle(2, 26)

  await stored(books[0]!)
  const balance = day[12]!.balances[members >> 1]!
  const args = [daily.batch, balance, daily.commitment.proofOf(START + 14 * HOUR, balance.member)] as const
  const settlement = {
    address: market.addresses.Settlement,
    abi: settlementAbi,
    functionName: 'verifyBalance',
    args,
  } as const
  if (!(await market.client.readContract(settlement))) throw new Error('a settled balance does not verify')
  return {
    members,
    hourly: perMemberHour(Number(hourly.receipt.gasUsed), members, 1),
    daily: perMemberHour(Number(daily.receipt.gasUsed), members, 24),
    stored: perMemberHour(await stored(books[1]!), members, 1),
    verifyBalance: Number(
      await market.client.estimateGas({ to: settlement.address, data: encodeFunctionData(settlement) }),
    ),
  }
}

/** The dearest challenge: the whole tree of 256 members is in order but for 1 Wh in the even split. */
async function challengeGas(market: Marketplace): Promise<number> {
  const community = await foundCommunity(market, START)
  const [book] = hoursOf(START, 1, CHALLENGED, 256)
  const [first, second] = book!.balances.filter(({ bought }) => bought > 0n)
  const skewed = book!.balances.map((balance) => {
    if (balance === first) return { ...balance, bought: (balance.bought - 1n) as typeof balance.bought }
    if (balance === second) return { ...balance, bought: (balance.bought + 1n) as typeof balance.bought }
    return balance
  })
  const books = [{ ...book!, balances: skewed }]
  const { batch, commitment } = await settleBooks(market, community, books)
  const receipt = await market.mined(
    await market.operator.writeContract({
      address: market.addresses.Settlement,
      abi: settlementAbi,
      functionName: 'challenge',
      args: [batch, commitment.totals, 0n, packTotals(books[0]!), skewed, []],
    }),
  )
  return Number(receipt.gasUsed)
}

function print(rows: readonly Row[], challenge: number): void {
  const line = (cells: readonly (string | number)[]) =>
    console.log(cells.map((cell) => String(cell).padStart(16)).join(''))
  console.log('gas per member-hour, whole transactions, quorum 2 of 3')
  line(['members', 'hourly', 'daily', 'stored balances', 'verifyBalance'])
  for (const row of rows) line([row.members, row.hourly, row.daily, row.stored, row.verifyBalance])
  console.log(`challenge of one hour of ${CHALLENGED} members: ${challenge} gas`)
}
