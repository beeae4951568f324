import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './instance.ts'

const folder = join(root, '../shared/data')

/** Third-party data beside the checkout: never part of it, since several sets state no data licence. */
export const dataIsHere = existsSync(folder)

if (!dataIsHere)
  console.warn('SKIPPED: third-party data (../shared/data) is not here; the acceptance cases that need it do not run')

export const dataFile = (...parts: string[]): string => join(folder, ...parts)
