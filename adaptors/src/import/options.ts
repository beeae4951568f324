import type { Mapping } from '../mapping/mapping.ts'
import type { Bytes } from '../text/lines.ts'

/** Opens the file anew: importers read twice, first to judge the source as a whole, then to emit, so memory stays flat. */
export type Open = () => Bytes

export interface ImportOptions {
  /** file name, used for the source and (without extension) as the site's name */
  readonly file: string
  readonly open: Open
  /** ISO 8601 UTC: when these claims become known */
  readonly now: string
  readonly mapping?: Mapping | undefined
  /** overrides the meter's id (files of one site) */
  readonly meter?: string | undefined
  /** short form of a mapping's `timeZone` */
  readonly timeZone?: string | undefined
  /** opens a companion file the mapping names (`schema`, `solarFile`) */
  readonly companion?: ((name: string) => Bytes) | undefined
  /** judge nothing, only emit: for rows that were judged with their file and are replayed now */
  readonly replaying?: boolean | undefined
  /** epoch seconds of the only row, when replaying a format that counts time by rows */
  readonly startOfRow?: number | undefined
}

/** `dir/SunDance_1.csv` → `SunDance_1` */
export const siteOfFile = (file: string): string => baseName(file).replace(/\.[A-Za-z0-9]+$/, '')
export const baseName = (file: string): string => file.split(/[\\/]/).at(-1) ?? file

/** A legal meter id from a file or column name: `SunDance_1` → `sundance-1`. */
export const meterOfSite = (site: string): string =>
  site
    .toLowerCase()
    .replace(/[^a-z0-9:.-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64) || 'meter'
