import { isTimeZone, OpemError } from '@opem/domain'
import { z } from 'zod'

const Id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9:_.-]{0,63}$/)
const Instant = z.iso.datetime({ offset: true })
const AnnualKwh = z.number().positive().max(1_000_000)
const Kw = z.number().positive().max(100_000)

const Meter = z.discriminatedUnion('kind', [
  z.strictObject({ meter: Id, kind: z.literal('household'), annualKwh: AnnualKwh.default(3500) }),
  z.strictObject({
    meter: Id,
    kind: z.literal('pv-household'),
    annualKwh: AnnualKwh.default(3800),
    pvKw: Kw.default(5),
  }),
  z.strictObject({
    meter: Id,
    kind: z.literal('ev-household'),
    annualKwh: AnnualKwh.default(3500),
    evKw: Kw.default(7.4),
  }),
  z.strictObject({ meter: Id, kind: z.literal('wind'), windKw: Kw.default(20) }),
])

const Config = z
  .strictObject({
    seed: z.union([z.string().min(1).max(100), z.number().int()]).transform(String),
    timeZone: z.string().refine(isTimeZone, 'needed an IANA time zone'),
    /** length of the past intervals */
    intervalSeconds: z.union([z.literal(900), z.literal(3600)]),
    /** first past interval */
    from: Instant,
    /** end of the past intervals; default: the last whole interval before now */
    to: Instant.optional(),
    meters: z.array(Meter).min(1).max(10_000),
  })
  .transform(({ from, to, ...rest }) => ({
    ...rest,
    from: epoch(from),
    ...(to === undefined ? {} : { to: epoch(to) }),
  }))
  .refine(({ from, intervalSeconds }) => from % intervalSeconds === 0, 'from is the beginning of a whole interval')
  .refine(({ meters }) => new Set(meters.map(({ meter }) => meter)).size === meters.length, 'every meter once')

export type SimulatedMeter = z.output<typeof Meter>
export type SimulatorConfig = z.output<typeof Config>

const epoch = (iso: string): number => Math.floor(Date.parse(iso) / 1000)

/** Throws OpemError `ERR_SIM_FILE` that names every wrong field. */
export function parseSimulatorConfig(raw: unknown): SimulatorConfig {
  const config = Config.safeParse(raw)
  if (config.success) return config.data
  throw new OpemError({
    code: 'ERR_SIM_FILE',
    shortMessage: `The simulator's file is not valid:\n${z.prettifyError(config.error)}`,
  })
}
