import { importCityLearn } from '../citylearn/import.ts'
import { importDayAhead } from '../dayahead/import.ts'
import { importGreenButton } from '../green-button/import.ts'
import type { ImportItem } from '../harmonise/meter-reading.ts'
import { importSunDance } from '../sundance/import.ts'
import { importUnsw } from '../unsw/import.ts'
import type { ImportOptions } from './options.ts'

/** File formats by the name that `opem import --format` takes. */
export const IMPORTERS = {
  sundance: importSunDance,
  citylearn: importCityLearn,
  unsw: importUnsw,
  'green-button': importGreenButton,
  dayahead: importDayAhead,
} as const satisfies Record<string, (options: ImportOptions) => AsyncGenerator<ImportItem>>

export type FileFormat = keyof typeof IMPORTERS

export const isFileFormat = (format: string): format is FileFormat => Object.hasOwn(IMPORTERS, format)
