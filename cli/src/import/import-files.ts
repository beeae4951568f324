import { createReadStream, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { deliverItems, IMPORTERS, type ImportReport, isFileFormat } from '@opem/adaptors'
import { commitAfterImport } from '../prices/after-import.ts'
import { apiUrl, FORMATS, type ImportFlags, mistake, openApi, readMapping } from './flags.ts'
import { showProgress } from './progress.ts'
import { sayReport } from './say-report.ts'

/**
 * Imports every `--file`; 1 when a site was refused or nothing of a file could be read, else 0. Some rejected rows do not
 * change the exit code: they are kept.
 */
export async function importFiles(flags: ImportFlags): Promise<0 | 1> {
  const { format = '', file: files } = flags
  if (!isFileFormat(format))
    throw mistake('ERR_FORMAT', `--format "${format}" is unknown; needed one of ${FORMATS.join(', ')}`)
  if (files.length === 0) throw mistake('ERR_FILE', 'no --file was given; name at least one')
  if (flags.meter && files.length > 1)
    throw mistake('ERR_METER', '--meter names one meter, but several files were given; use --map')
  const mapping = readMapping(flags.map)
  if (mapping && mapping.format !== format)
    throw mistake('ERR_MAPPING', `the mapping is for ${mapping.format}, the files are ${format}`)
  for (const file of files) readable(file)
  const api = flags.dryRun ? undefined : await openApi(flags)
  const reports: ImportReport[] = []
  for (const file of files) {
    const progress = showProgress(file)
    const items = IMPORTERS[format]({
      file,
      open: () => createReadStream(file),
      now: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
      mapping,
      meter: flags.meter,
      timeZone: flags.timeZone,
      companion: (name) => createReadStream(resolve(dirname(file), name)),
    })
    const report = await deliverItems(items, { file, format, api, onProgress: progress.rows })
    progress.end()
    reports.push(report)
    if (!flags.json) sayReport(report, flags.dryRun === true)
  }
  const series = [...new Set(reports.flatMap((report) => report.series))]
  const { committed, lines } =
    flags.dryRun || series.length === 0
      ? { committed: [], lines: [] }
      : await commitAfterImport(flags.api === undefined ? {} : { api: flags.api }, series)
  if (!flags.json) for (const line of lines) process.stdout.write(`  ${line}\n`)
  const refused = reports.some((report) => report.refused.length > 0)
  if (flags.json)
    process.stdout.write(
      `${JSON.stringify({ api: flags.dryRun ? null : apiUrl(flags.api), reports, refused, committed })}\n`,
    )
  const unread = reports.some(({ accepted, duplicates, rejected }) => rejected > 0 && accepted + duplicates === 0)
  return refused || unread ? 1 : 0
}

function readable(file: string): void {
  try {
    if (statSync(file).isFile()) return
  } catch (cause) {
    throw mistake('ERR_FILE', `${file} cannot be read: ${cause instanceof Error ? cause.message : cause}`, cause)
  }
  throw mistake('ERR_FILE', `${file} is not a file`)
}
