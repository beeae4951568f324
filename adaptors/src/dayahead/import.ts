import { parseDecimalComma, roundHalfEven } from '../harmonise/decimal.ts'
import { collectFindings } from '../harmonise/findings.ts'
import { isoInstant } from '../harmonise/instant.ts'
import type { ImportItem } from '../harmonise/meter-reading.ts'
import { baseName, type ImportOptions } from '../import/options.ts'
import { type Row, table } from '../text/table.ts'
import { type Clock, clockOfZone, parseIsoDate, plainSeconds } from '../text/wall-clock.ts'

export const COLUMNS = ['HourUTC', 'HourDK', 'PriceArea', 'SpotPriceDKK', 'SpotPriceEUR'] as const

/**
 * Elspot CSV of Energi Data Service (`HourUTC;HourDK;PriceArea;SpotPriceDKK;SpotPriceEUR`, decimal comma) to prices.
 * EUR/MWh × 1000 = µEUR/kWh, rounded half-even; negative prices stay negative. The UTC column is believed; the local one
 * is checked against it.
 */
export async function* importDayAhead(options: ImportOptions): AsyncGenerator<ImportItem> {
  const file = baseName(options.file)
  const findings = collectFindings()
  const danish = clockOfZone('Europe/Copenhagen')!
  let header = ''
  let before = Number.NaN
  for await (const part of table(options.open(), ';')) {
    if ('header' in part) {
      header = part.header.text
      if (part.header.columns.join() === COLUMNS.join()) continue
      yield {
        type: 'refused',
        site: file,
        code: 'ERR_HEADER',
        reason: `not an Elspot file: the first line must be ${COLUMNS.join(';')}`,
      }
      return
    }
    for (const raw of part.rows) {
      const price = parseRow(raw, danish)
      if ('code' in price) {
        yield {
          type: 'rejected',
          rejected: {
            source: `dayahead:${file}`,
            row: raw.number,
            raw: raw.text,
            ...price,
            format: 'dayahead',
            options: { file, header },
          },
        }
        continue
      }
      if (price.start < before) findings.add('descending-order', 'note', 'rows run from late to early', raw.number)
      if (price.microEurPerKwh < 0) findings.add('negative-price', 'note', 'prices below zero', raw.number)
      if (!price.localAgrees)
        findings.add('local-time-differs', 'note', 'HourDK is not HourUTC in Danish time; HourUTC is used', raw.number)
      before = price.start
      const { series, microEurPerKwh } = price
      yield { type: 'price', price: { series, start: isoInstant(price.start), seconds: 3600, microEurPerKwh } }
    }
  }
  for (const finding of findings.list()) yield { type: 'finding', site: file, finding }
}

type Refusal = { readonly code: string; readonly reason: string }

function parseRow({ fields }: Row, danish: Clock) {
  if (fields.length !== COLUMNS.length)
    return refused('ERR_ROW_COLUMNS', `${fields.length} fields, needed ${COLUMNS.length}`)
  const utc = parseIsoDate(fields[0]!)
  if (utc?.minute !== 0) return refused('ERR_ROW_DATE', `HourUTC "${fields[0]}", needed YYYY-MM-DD HH:00`)
  const area = fields[2]!.toLowerCase()
  if (!/^[a-z0-9_-]{1,16}$/.test(area)) return refused('ERR_ROW_AREA', `PriceArea "${fields[2]}", needed such as DK2`)
  const eurPerMwh = parseDecimalComma(fields[4]!)
  if (!eurPerMwh) return refused('ERR_ROW_NUMBER', `SpotPriceEUR "${fields[4]}", needed EUR/MWh with a decimal comma`)
  const microEurPerKwh = Number(roundHalfEven(eurPerMwh, 3))
  if (Math.abs(microEurPerKwh) > 1e9) return refused('ERR_PRICE_RANGE', `${fields[4]} EUR/MWh is beyond ±1,000,000`)
  const local = parseIsoDate(fields[1]!)
  const start = plainSeconds(utc)
  return { series: area, start, microEurPerKwh, localAgrees: local ? danish(local).includes(start) : false }
}

const refused = (code: string, reason: string): Refusal => ({ code, reason })
