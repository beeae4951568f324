import type { Hex } from '../commitment/bytes.ts'
import type { Book } from '../commitment/commit-batch.ts'
import type { Result } from '../errors/result.ts'
import { formatInstant } from '../periods/instant.ts'
import type { PeriodSeconds } from '../periods/period.ts'
import { array, hex, instant, integer, object, oneOf, parseWith, type Read, wattHours } from '../shape/shape.ts'
import { toJsonWh } from '../units/units.ts'

/** A book with the root its balances hash to. */
export interface EvidenceBook extends Book {
  readonly membersRoot: Hex
}

/** What the oracle keeps as evidence of a batch: everything that proves its balances against the chain. */
export interface TradingBatch {
  readonly community: Hex
  readonly chainId: number
  readonly start: number
  readonly periodSeconds: PeriodSeconds
  readonly periods: number
  readonly revision: number
  /** Number of the rule version in force. */
  readonly rules: number
  readonly root: Hex
  readonly books: readonly EvidenceBook[]
}

const balance = object({
  member: hex(32),
  importWh: wattHours,
  exportWh: wattHours,
  boughtWh: wattHours,
  soldWh: wattHours,
  flags: integer(0, 255),
  salt: hex(32),
})

const bookShape = object({
  start: instant,
  surplusWh: wattHours,
  demandWh: wattHours,
  sharedWh: wattHours,
  membersRoot: hex(32),
  balances: array(balance, { most: 0xffff }),
})

/** A book from the wire. */
export const evidenceBook: Read<EvidenceBook> = (value, at) => {
  const { surplusWh, demandWh, sharedWh, start, membersRoot, balances } = bookShape(value, at)
  return {
    start,
    surplus: surplusWh,
    demand: demandWh,
    shared: sharedWh,
    membersRoot,
    balances: balances.map(({ importWh, exportWh, boughtWh, soldWh, ...rest }) => ({
      ...rest,
      energyImport: importWh,
      energyExport: exportWh,
      bought: boughtWh,
      sold: soldWh,
    })),
  }
}

const batch: Read<TradingBatch> = object({
  community: hex(20),
  chainId: integer(1),
  start: instant,
  periodSeconds: oneOf(900, 3600),
  periods: integer(1, 0xffff),
  revision: integer(0, 0xffffffff),
  rules: integer(1, 0xffffffff),
  root: hex(32),
  books: array(evidenceBook, { least: 1, most: 0xffff }),
})

/** A batch from the wire. Only its shape is checked here: whether it is true is the audit's question. */
export const parseTradingBatch = (raw: unknown): Result<TradingBatch, 'ERR_TRADING_BATCH'> =>
  parseWith(batch, raw, 'batch', 'ERR_TRADING_BATCH')

/** A batch for the wire and for evidence files. */
export const formatTradingBatch = ({ books, ...frame }: TradingBatch) => ({
  community: frame.community,
  chainId: frame.chainId,
  start: formatInstant(frame.start),
  periodSeconds: frame.periodSeconds,
  periods: frame.periods,
  revision: frame.revision,
  rules: frame.rules,
  root: frame.root,
  books: books.map(formatEvidenceBook),
})

/** A book for the wire. */
export const formatEvidenceBook = ({ start, surplus, demand, shared, membersRoot, balances }: EvidenceBook) => ({
  start: formatInstant(start),
  surplusWh: toJsonWh(surplus),
  demandWh: toJsonWh(demand),
  sharedWh: toJsonWh(shared),
  membersRoot,
  balances: balances.map(({ member, energyImport, energyExport, bought, sold, flags, salt }) => ({
    member,
    importWh: toJsonWh(energyImport),
    exportWh: toJsonWh(energyExport),
    boughtWh: toJsonWh(bought),
    soldWh: toJsonWh(sold),
    flags,
    salt,
  })),
})
