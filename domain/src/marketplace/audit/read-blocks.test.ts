import { expect, test } from 'vitest'
import type { Hex } from '../../commitment/bytes.ts'
import type { LocatedEvent } from '../ledger/event.ts'
import type { MarketChain } from './market-chain.ts'
import { type Blocks, readBlocks } from './read-blocks.ts'

const ID: Hex = `0x${'0b'.repeat(32)}`

/** A chain with so many events in every block, whose node answers with at most `most` of them. */
function chainOf(inBlock: number, most = Number.POSITIVE_INFINITY) {
  const asked: string[] = []
  const eventsIn = async (from: bigint, to: bigint): Promise<LocatedEvent[]> => {
    asked.push(`${from}-${to}`)
    const blocks = Array.from({ length: Number(to - from) + 1 }, (_, i) => from + BigInt(i))
    const events = blocks.flatMap((block) =>
      Array.from(
        { length: inBlock },
        (_, log): LocatedEvent => ({
          ...{ name: 'FeeChanged', args: {}, time: 1, contract: 'Escrow', block, log, transaction: ID },
        }),
      ),
    )
    if (events.length > most) throw new Error('too much')
    return events
  }
  const chain = {
    ...{ eventsIn, actorsIn: async () => [], transfersIn: async () => [] },
    isTooMuch: (cause: unknown) => (cause as Error).message === 'too much',
  }
  return { asked, chain: chain as unknown as MarketChain }
}
async function read(chain: MarketChain, to: bigint, signal?: AbortSignal): Promise<Blocks[]> {
  const all: Blocks[] = []
  for await (const part of readBlocks(chain, 0n, to, signal === undefined ? {} : { signal })) all.push(part)
  return all
}

test('of blocks with many events fewer are asked for at once', async () => {
  const { asked, chain } = chainOf(10)
  const parts = await read(chain, 3999n)
  expect(parts.flatMap(({ events }) => events)).toHaveLength(40_000)
  expect(asked.slice(0, 8)).toEqual([
    ...['0-499', '500-999', '1000-1499', '1500-1999', '2000-2099', '2100-2199', '2200-2299', '2300-2399'],
  ])
  expect(asked.length).toBeLessThan(40)
})

test('an answer that is too much is asked for in halves, and its events stay in order', async () => {
  const { chain } = chainOf(1, 100)
  const blocks = (await read(chain, 999n)).flatMap(({ events }) => events.map(({ block }) => Number(block)))
  expect(blocks).toEqual(Array.from({ length: 1000 }, (_, block) => block))
})

test('one block that is too much by itself cannot be read', async () => {
  const { chain } = chainOf(101, 100)
  await expect(read(chain, 3n)).rejects.toThrow('too much')
})

test('it is not read on when it is not wanted any more', async () => {
  const { chain } = chainOf(1)
  await expect(read(chain, 999n, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped')
})
