import { OpemError } from '@opem/domain'
import { z } from 'zod'

/**
 * A mapping file: a person's decisions about sites, strict so that a misspelt decision is not silently ignored.
 * Every field is documented in adaptors/README.md.
 */
export const SiteMapping = z
  .strictObject({
    meter: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9:_.-]{0,63}$/),
    member: z.string().min(1).max(100),
    /** IANA zone of a local wall clock with daylight saving */
    timeZone: z.string(),
    /** fixed offset of a wall clock without daylight saving, `-08:00` */
    utcOffset: z.string().regex(/^[+-]\d{2}:\d{2}$/),
    /** does the stamp name the start or the end of its period */
    stamp: z.enum(['start', 'end']),
    grid: z.enum(['import-positive', 'export-positive', 'compute']),
    clampNightGen: z.boolean(),
    /** two-hourly rows: `hold` reads the value as mean kW of both hours, `split` as kWh of both hours together */
    resample: z.enum(['hold', 'split']),
    fold: z.enum(['first', 'second']),
    /** local date of the first row of a file without dates */
    startDate: z.iso.date(),
    pvKw: z.string().regex(/^\d{1,6}(\.\d{1,6})?$/),
    /** column of the solar file that belongs to this site */
    solar: z.string(),
    /** codes of doubtful findings that were looked at and accepted */
    accept: z.array(z.string().regex(/^[a-z0-9-]+$/)),
  })
  .partial()
export type SiteMapping = z.infer<typeof SiteMapping>

export const Mapping = z.strictObject({
  version: z.literal(1),
  format: z.enum(['sundance', 'citylearn', 'unsw', 'green-button', 'dayahead']),
  note: z.string().optional(),
  /** applies to every site that does not say otherwise */
  defaults: SiteMapping.omit({ meter: true, member: true }).optional(),
  /** by site: file name without extension (SunDance, CityLearn), column (UNSW), usage point (Green Button) */
  sites: z.record(z.string(), SiteMapping).default({}),
  /** only the sites named above are read; others in the file are left alone and said so */
  onlyListed: z.boolean().default(false),
  /** CityLearn: schema.json that holds the nominal power of each home's PV; relative to the imported file */
  schema: z.string().optional(),
  /** UNSW: the solar file that goes with the load file; relative to the imported file */
  solarFile: z.string().optional(),
  /** UNSW: offset of the solar file when it differs from the load file's clock */
  solarUtcOffset: z
    .string()
    .regex(/^[+-]\d{2}:\d{2}$/)
    .optional(),
})
export type Mapping = z.infer<typeof Mapping>

/** Throws OpemError `ERR_MAPPING` naming every misspelt or malformed field. */
export function parseMapping(raw: unknown): Mapping {
  const parsed = Mapping.safeParse(raw)
  if (parsed.success) return parsed.data
  throw new OpemError({
    code: 'ERR_MAPPING',
    shortMessage: `The mapping file is not valid:\n${z.prettifyError(parsed.error)}\nThe fields are listed in adaptors/README.md.`,
  })
}

/** Decisions for one site: its own, over the defaults. */
export const siteMapping = (mapping: Mapping | undefined, site: string): SiteMapping => ({
  ...mapping?.defaults,
  ...mapping?.sites[site],
})
