import { parseMeterReading } from '@opem/domain'
import type { KeptRow } from '../deliver/unified-api.ts'
import { replayInterval } from '../green-button/replay.ts'
import type { ImportItem, MeterReading } from '../harmonise/meter-reading.ts'
import { readingOfTelegram } from '../harmonise/telegram-energy.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { telegramOfTopic } from '../mqtt/telegram-of-topic.ts'
import { IMPORTERS, isFileFormat } from './formats.ts'
import type { ImportOptions } from './options.ts'

export interface ReplayOptions {
  /** ISO 8601 UTC: when the row was claimed. A replay is no new claim: what became known since then stays in force. */
  readonly now: string
  readonly mapping?: Mapping | undefined
  readonly timeZone?: string | undefined
  readonly companion?: ImportOptions['companion']
}

/**
 * Reads one kept row again, with today's importer and mapping: its raw text under its file's header. Yields what the row
 * is now: readings (it can be marked replayed), or a rejection again. Rows whose format has no reader here yield a rejection.
 */
export async function* replayRejected(kept: KeptRow, options: ReplayOptions): AsyncGenerator<ImportItem> {
  const { format = '', raw } = kept
  const stored = (name: string): string | undefined => {
    const value = kept.options?.[name]
    return typeof value === 'string' ? value : undefined
  }
  const again = (code: string, reason: string): ImportItem => ({
    type: 'rejected',
    rejected: {
      source: kept.source,
      raw,
      code,
      reason,
      format,
      ...(kept.meter ? { meter: kept.meter } : {}),
      ...(kept.row ? { row: kept.row } : {}),
    },
  })
  if (format === 'meter-reading') {
    const reading = parseJson(raw)
    const valid = parseMeterReading(reading)
    yield valid.ok ? { type: 'reading', reading: reading as MeterReading } : again(valid.code, valid.reason)
    return
  }
  if (format === 'green-button') {
    const origin = { meter: kept.meter ?? '', source: kept.source, knownAt: options.now }
    const result = replayInterval(
      parseJson(raw),
      kept.options,
      kept.code,
      options.mapping?.defaults?.accept ?? [],
      origin,
    )
    yield 'code' in result ? again(result.code, result.reason) : { type: 'reading', reading: result }
    return
  }
  if (format === 'mqtt') {
    const telegram = telegramOfTopic(kept.source.replace(/^mqtt:/, ''), raw)
    const reading = telegram.ok
      ? readingOfTelegram(telegram.value, { source: kept.source, knownAt: options.now })
      : undefined
    if (reading) yield { type: 'reading', reading }
    else if (telegram.ok) yield again(kept.code, 'a register alone is no energy: later telegrams carry it')
    else yield again(telegram.code, telegram.reason)
    return
  }
  const header = stored('header')
  if (!isFileFormat(format) || header === undefined) {
    yield again(kept.code, `no reader for a kept row of format "${format}": ${kept.reason}`)
    return
  }
  const bytes = new TextEncoder().encode(`${header}\n${raw}\n`)
  const start = stored('start')
  const site = stored('site')
  const timeZone = options.timeZone ?? stored('timeZone')
  const items = IMPORTERS[format]({
    file: stored('file') ?? kept.source,
    open: async function* () {
      yield bytes
    },
    now: options.now,
    mapping: options.mapping,
    companion: options.companion,
    replaying: true,
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(format === 'sundance' || format === 'citylearn' ? { meter: kept.meter } : {}),
    ...(start === undefined ? {} : { startOfRow: Number(start) }),
  })
  for await (const item of items) {
    if (item.type === 'refused') yield again(item.code, item.reason)
    else if (item.type === 'rejected') yield again(item.rejected.code, item.rejected.reason)
    else if (item.type === 'price') yield item
    else if (item.type === 'reading' && (site === undefined || item.reading.meter === kept.meter)) {
      // The claim keeps the source of its file, so that a later import of the repaired file finds it already known.
      yield { type: 'reading', reading: { ...item.reading, source: kept.source } }
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
