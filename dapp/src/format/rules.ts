import type { RulesDocument, Tariff } from '@opem/domain'
import { eurPerKwh } from './money.ts'
import { plural } from './words.ts'

const keys: Record<RulesDocument['allocation']['key'], string> = {
  even: 'evenly: everybody gets the same, and what one does not need goes to the others',
  'pro-rata': 'in proportion to what each one needs or offers',
  static: 'by fixed weights',
  calendar: 'by weights that change with the hour of the week',
  priority: 'in a fixed order: who comes first is served first',
}

/** How shared energy is divided, in words. */
export function allocationInWords({ allocation }: RulesDocument): string {
  const rounds = allocation.rounds === 'one' ? '; in one round, what is left over goes to the grid' : ''
  const caps = allocation.capWh === undefined ? 0 : Object.keys(allocation.capWh).length
  return `${keys[allocation.key]}${rounds}${caps === 0 ? '' : `; with a limit for ${plural(caps, 'member')}`}`
}

const dayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** Days of the week (1 = Monday) in words. @example daysInWords([1, 2, 3, 4, 5]) // 'Monday to Friday' */
export function daysInWords(days: readonly number[]): string {
  const sorted = [...days].sort((a, b) => a - b)
  if (sorted.length === 7) return 'every day'
  const runs: string[] = []
  for (let i = 0; i < sorted.length; ) {
    let end = i
    while (sorted[end + 1] === sorted[end]! + 1) end++
    const [from, to] = [dayNames[sorted[i]! - 1]!, dayNames[sorted[end]! - 1]!]
    runs.push(end === i ? from : end === i + 1 ? `${from} and ${to}` : `${from} to ${to}`)
    i = end + 1
  }
  return runs.join(', ')
}

/** A tariff in one sentence. */
export function tariffInWords(tariff: Tariff): string {
  switch (tariff.kind) {
    case 'fixed':
      return `${eurPerKwh(BigInt(tariff.microEurPerKwh))}, always`
    case 'time-of-use':
      return `${tariff.bands
        .map((band) => `${eurPerKwh(BigInt(band.microEurPerKwh))} ${daysInWords(band.days)} ${band.from}–${band.to}`)
        .join('; ')}; ${eurPerKwh(BigInt(tariff.otherwise))} otherwise (${tariff.timeZone})`
    case 'day-ahead': {
      const margin = BigInt(tariff.marginMicroEurPerKwh)
      const change = margin === 0n ? '' : margin > 0n ? ` plus ${eurPerKwh(margin)}` : ` minus ${eurPerKwh(-margin)}`
      return `the day-ahead price “${tariff.series}”${change}`
    }
  }
}

/** Name and sentence of the tariffs that the rules have; without tariffs energy is shared, but no money is counted. */
export function tariffLines({ tariffs, pricing }: RulesDocument): [string, string][] {
  if (tariffs === undefined) return [['Money', 'these rules have no tariffs: energy is shared without a price']]
  const line = (name: string, tariff: Tariff | undefined): [string, string][] =>
    tariff === undefined ? [] : [[name, tariffInWords(tariff)]]
  const inside: [string, string][] =
    pricing === 'mid-market-rate'
      ? [['Shared energy costs and earns', 'the middle between buying from and selling to the grid']]
      : [
          ...line('Energy from neighbours costs', tariffs.communityConsumption),
          ...line('Energy for neighbours earns', tariffs.communityProduction),
        ]
  return [
    ...inside,
    ...line('Energy from the grid costs', tariffs.commercial),
    ...line('Energy into the grid earns', tariffs.feedIn),
  ]
}

/** The day-ahead series that pricing with these rules needs. */
export const seriesOf = (documents: readonly RulesDocument[]): string[] => [
  ...new Set(
    documents.flatMap((rules) =>
      Object.values((rules.tariffs ?? {}) as Record<string, Tariff>).flatMap((tariff) =>
        tariff.kind === 'day-ahead' ? [tariff.series] : [],
      ),
    ),
  ),
]
