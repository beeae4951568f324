import { formatInstant, parsePriceSeries, priceSegmentHash, pricesBetween } from '@opem/domain'
import { openKeyFile } from '@opem/ssi'
import type { Command } from 'commander'
import { keccak256 } from 'viem'
import { refusal } from '../failure.ts'
import { openInstance, type Where, withWhere } from '../instance/instance.ts'
import { print } from '../print.ts'
import { keyFile } from '../up/keys.ts'
import { commitPrices } from './commit.ts'
import { readPriceBook } from './price-book.ts'
import { restatePrices } from './restate.ts'

type Options = Where & { series: string; wallet?: string; json?: boolean }

/** `opem prices …`: what the chain holds of market prices, and committing the rest. */
export function pricesCommand(program: Command): void {
  const prices = program
    .command('prices')
    .summary('commit market prices to the chain, and show what is committed')
    .description('Tariffs may refer to market prices. Once committed on chain they cannot be exchanged unnoticed.')
  withWhere(
    prices
      .command('commit')
      .description('Commits every price of a series that the API holds and the chain does not yet.')
      .requiredOption('--series <name>', 'the series, such as dk2')
      .option('--wallet <file>', 'key file of a price publisher (default: the operator’s of OPEM_HOME)')
      .option('--json', 'one JSON object for machines'),
  ).action(async (options: Options) => {
    const instance = await openInstance(options)
    const publisher = await openKeyFile(options.wallet ?? keyFile(instance.home, 'operator'))
    const done = await commitPrices(instance, publisher, options.series)
    print(options, done, [sayCommitted(done)])
  })
  withWhere(
    prices
      .command('restate')
      .summary('says anew what the prices of a committed segment are')
      .description(
        'Says anew what the prices of a committed segment are: those that the API holds now. The earlier statement stays on chain, and audits show that there were several.',
      )
      .requiredOption('--series <name>', 'the series, such as dk2')
      .requiredOption('--from <instant>', 'where the segment begins, as prices show has it')
      .option('--wallet <file>', 'key file of a price publisher (default: the operator’s of OPEM_HOME)')
      .option('--json', 'one JSON object for machines'),
  ).action(async (options: Options & { from: string }) => {
    const instance = await openInstance(options)
    const publisher = await openKeyFile(options.wallet ?? keyFile(instance.home, 'operator'))
    const done = await restatePrices(instance, publisher, options.series, options.from)
    const span = `${done.series}: ${done.from} … ${done.until}`
    print(options, done, [
      done.transaction === null
        ? `${span} is as committed already`
        : `${span} is restated, ${done.revision}×: ${done.hash}`,
    ])
  })
  withWhere(
    prices
      .command('show')
      .description('The committed segments of a series, and whether the API’s prices are what was committed.')
      .requiredOption('--series <name>', 'the series, such as dk2')
      .option('--json', 'one JSON object for machines'),
  ).action(async (options: Options) => {
    const { api, chain, contracts, fromBlock } = await openInstance(options)
    const { priceBook: book } = contracts
    if (book === undefined) throw refusal('ERR_NO_PRICE_BOOK', 'This marketplace has no price book.')
    const segments = await readPriceBook(chain, { book, fromBlock, series: options.series })
    const shown = []
    for (const segment of segments) {
      const query = new URLSearchParams({
        series: options.series,
        from: formatInstant(segment.from),
        to: formatInstant(segment.until),
      })
      const known = parsePriceSeries(await api.get(`/v1/prices?${query}`))
      const found = known.ok ? pricesBetween(options.series, segment, known.value) : []
      const same = priceSegmentHash((bytes) => keccak256(bytes, 'bytes'), found) === segment.hash
      const { from, until, hash, restated } = segment
      shown.push({ from: formatInstant(from), until: formatInstant(until), prices: found.length, hash, restated, same })
    }
    if (shown.some(({ same }) => !same)) process.exitCode = 1
    print(
      options,
      { series: options.series, segments: shown },
      shown.length === 0
        ? [`nothing of the series ${options.series} is committed on this chain`]
        : shown.map(
            ({ from, until, prices, hash, restated, same }) =>
              `${from} … ${until}  ${prices} prices  ${hash}${restated === 0 ? '' : `  restated ${restated}×`}  ${same ? 'as committed' : 'NOT as committed'}`,
          ),
    )
  })
}

/** @example "dk2: committed 60 segments, 2018-12-31T23:00:00Z … 2023-12-31T23:00:00Z" */
export const sayCommitted = ({ series, segments, from, until }: Awaited<ReturnType<typeof commitPrices>>): string =>
  segments === 0
    ? `${series}: everything is committed already`
    : `${series}: committed ${segments} segment${segments === 1 ? '' : 's'}, ${from} … ${until}`
