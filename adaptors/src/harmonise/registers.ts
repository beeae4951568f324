import type { RegisterReading } from '../mqtt/telegram.ts'
import { divideHalfEven } from './decimal.ts'
import { readingOfWh } from './interval-energy.ts'
import type { MeterReading } from './meter-reading.ts'

/** What must be remembered of a meter between telegrams: the register last seen and at the last period boundary. */
export interface RegisterState {
  /** last telegram */
  readonly at: number
  readonly importWh: bigint
  readonly exportWh: bigint
  /** registers (unwrapped) at the last period boundary that is known; `undefined` until one is */
  readonly boundary?: Boundary | undefined
  /** Wh added for every time a register began at zero again, so that unwrapped registers only rise */
  readonly wrappedImportWh: bigint
  readonly wrappedExportWh: bigint
}

interface Boundary {
  readonly at: number
  readonly importWh: bigint
  readonly exportWh: bigint
  /** read exactly then; otherwise interpolated between two telegrams */
  readonly exact: boolean
}

export interface RegisterStep {
  readonly state: RegisterState
  readonly readings: readonly MeterReading[]
  readonly refusal?: {
    readonly code: 'ERR_REGISTER_RESET' | 'ERR_REGISTER_ORDER' | 'ERR_REGISTER_JUMP'
    readonly reason: string
  }
  /** nothing new: delivered again, or older than what is known */
  readonly duplicate?: boolean
}

export interface RegisterOptions {
  readonly seconds: MeterReading['seconds']
  readonly source: string
  readonly knownAt: string
}

/** 100 MW: no meter of a community measures more, so a faster register is a broken one. */
const MOST_WATT = 100_000_000n

/** Longest silence that interpolation bridges; longer gaps are left open, for substitution by rule to say so. */
export const LONGEST_GAP = 3600

/**
 * One register telegram: the energy of every period that it completes is the difference of the registers at the period's
 * two boundaries. A boundary between two telegrams is interpolated (quality `estimated`). A register that fell near the
 * end of its display has rolled over; any other fall is a reset (a new meter), and the period around it stays open.
 */
export function stepRegisters(
  before: RegisterState | undefined,
  telegram: RegisterReading,
  options: RegisterOptions,
): RegisterStep {
  if (!before) return { state: begin(telegram, options.seconds), readings: [] }
  if (telegram.observedAt <= before.at) return older(before, telegram)
  const wrapped = unwrap(before, telegram)
  if (!wrapped) {
    return {
      state: begin(telegram, options.seconds),
      readings: [],
      refusal: {
        code: 'ERR_REGISTER_RESET',
        reason: `registers fell from ${before.importWh}/${before.exportWh} to ${telegram.importWh}/${telegram.exportWh} Wh and not by a roll-over: a new or reset meter; the period around it is left open`,
      },
    }
  }
  const now = {
    at: telegram.observedAt,
    importWh: telegram.importWh + wrapped.importWh,
    exportWh: telegram.exportWh + wrapped.exportWh,
  }
  const then = {
    at: before.at,
    importWh: before.importWh + before.wrappedImportWh,
    exportWh: before.exportWh + before.wrappedExportWh,
  }
  const most = (MOST_WATT * BigInt(now.at - then.at)) / 3600n + 1n
  if (now.importWh - then.importWh > most || now.exportWh - then.exportWh > most) {
    return {
      state: begin(telegram, options.seconds),
      readings: [],
      refusal: {
        code: 'ERR_REGISTER_JUMP',
        reason: `registers rose by more than ${MOST_WATT} W allows in ${now.at - then.at} s`,
      },
    }
  }
  const { boundary, readings } = closePeriods(before.boundary, then, now, telegram.meter, options)
  const state: RegisterState = {
    at: telegram.observedAt,
    importWh: telegram.importWh,
    exportWh: telegram.exportWh,
    boundary,
    wrappedImportWh: wrapped.importWh,
    wrappedExportWh: wrapped.exportWh,
  }
  return { state, readings }
}

function begin({ observedAt, importWh, exportWh }: RegisterReading, seconds: number): RegisterState {
  const boundary = observedAt % seconds === 0 ? { at: observedAt, importWh, exportWh, exact: true } : undefined
  return { at: observedAt, importWh, exportWh, boundary, wrappedImportWh: 0n, wrappedExportWh: 0n }
}

/** At-least-once delivery brings old telegrams back: harmless when they fit below the known registers. */
function older(before: RegisterState, telegram: RegisterReading): RegisterStep {
  const fits =
    telegram.observedAt === before.at
      ? telegram.importWh === before.importWh && telegram.exportWh === before.exportWh
      : (telegram.importWh <= before.importWh || before.wrappedImportWh > 0n) &&
        (telegram.exportWh <= before.exportWh || before.wrappedExportWh > 0n)
  if (fits) return { state: before, readings: [], duplicate: true }
  const reason = 'an older telegram with higher registers than a newer one: one of them is wrong'
  return { state: before, readings: [], refusal: { code: 'ERR_REGISTER_ORDER', reason } }
}

/** Offsets that keep the registers rising, or `undefined` when they fell without a roll-over. */
function unwrap(before: RegisterState, telegram: RegisterReading): { importWh: bigint; exportWh: bigint } | undefined {
  const importWh = wrapOne(before.importWh, telegram.importWh, telegram.digits)
  const exportWh = wrapOne(before.exportWh, telegram.exportWh, telegram.digits)
  if (importWh === undefined || exportWh === undefined) return undefined
  return { importWh: before.wrappedImportWh + importWh, exportWh: before.wrappedExportWh + exportWh }
}

/** A roll-over is believed from the last tenth of the display to the first tenth. */
function wrapOne(before: bigint, now: bigint, digits: number | undefined): bigint | undefined {
  if (now >= before) return 0n
  if (digits === undefined) return undefined
  const full = 10n ** BigInt(digits) * 1000n
  return before > full - full / 10n && now < full / 10n ? full : undefined
}

type Registers = { readonly at: number; readonly importWh: bigint; readonly exportWh: bigint }

function closePeriods(
  from: Boundary | undefined,
  then: Registers,
  now: Registers,
  meter: string,
  { seconds, source, knownAt }: RegisterOptions,
) {
  const exactNow: Boundary | undefined = now.at % seconds === 0 ? { ...now, exact: true } : undefined
  if (now.at - then.at > LONGEST_GAP) return { boundary: exactNow, readings: [] }
  const readings: MeterReading[] = []
  let boundary = from
  for (let at = Math.floor(then.at / seconds) * seconds + seconds; at <= now.at; at += seconds) {
    const next: Boundary = at === now.at ? { ...now, exact: true } : { ...interpolate(then, now, at), exact: false }
    if (boundary?.at === at - seconds) {
      const quality = boundary.exact && next.exact ? 'measured' : 'estimated'
      const [taken, given] = [next.importWh - boundary.importWh, next.exportWh - boundary.exportWh]
      const period = { start: boundary.at, seconds }
      const reading = readingOfWh({ meter, source, knownAt }, period, taken, given, quality)
      if (reading) readings.push(reading)
    }
    boundary = next
  }
  return { boundary, readings }
}

function interpolate(then: Registers, now: Registers, at: number): Registers {
  const part = (from: bigint, to: bigint) =>
    from + divideHalfEven((to - from) * BigInt(at - then.at), BigInt(now.at - then.at))
  return { at, importWh: part(then.importWh, now.importWh), exportWh: part(then.exportWh, now.exportWh) }
}
