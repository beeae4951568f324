import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { IMPORTERS, type Mapping, parseMapping, type UnifiedApi, unifiedApi } from '@opem/adaptors'
import { OpemError } from '@opem/domain'
import { openCaller } from '../instance/caller.ts'

export interface ImportFlags {
  readonly format?: string
  readonly file: readonly string[]
  readonly map?: string
  readonly meter?: string
  readonly timeZone?: string
  readonly rejected?: boolean
  readonly source?: string
  readonly api?: string
  readonly as?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

export const FORMATS = Object.keys(IMPORTERS)

/** A mistake in how the command was called or in a file it was given. */
export const mistake = (code: string, shortMessage: string, cause?: unknown): OpemError =>
  new OpemError({ code, shortMessage, ...(cause === undefined ? {} : { cause }) })

export function readMapping(path: string | undefined): Mapping | undefined {
  if (path === undefined) return undefined
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw mistake(
      'ERR_FILE',
      `The mapping file ${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
      cause,
    )
  }
  try {
    return parseMapping(JSON.parse(text))
  } catch (cause) {
    if (cause instanceof SyntaxError)
      throw mistake('ERR_MAPPING', `The mapping file ${path} is not JSON: ${cause.message}`, cause)
    throw cause
  }
}

/** `--api`, else OPEM_API_URL, else the running instance's own description, else the default port. */
export function apiUrl(flag: string | undefined): string {
  const given = flag ?? (process.env.OPEM_API_URL || undefined)
  if (given !== undefined) {
    if (!URL.canParse(given))
      throw mistake('ERR_API_URL', `--api "${given}" is no URL; give such as http://127.0.0.1:8400`)
    return given
  }
  try {
    const run: unknown = JSON.parse(readFileSync(join(process.env.OPEM_HOME || '.opem', 'run.json'), 'utf8'))
    const parts = (run as { parts?: { name?: unknown; url?: unknown }[] }).parts ?? []
    const url = parts.find(({ name }) => name === 'api')?.url
    if (typeof url === 'string') return url
  } catch {
    // No instance runs from this folder: the default port is as good a guess as its absence.
  }
  return 'http://127.0.0.1:8400'
}

export const openApi = async (flags: ImportFlags): Promise<UnifiedApi> =>
  unifiedApi({
    url: apiUrl(flags.api),
    fetch: await openCaller(resolve(process.env.OPEM_HOME || '.opem'), flags.as),
    patience: 15_000,
    onRetry: (reason) => process.stderr.write(`\nwaiting for the unified API: ${reason}\n`),
  })
