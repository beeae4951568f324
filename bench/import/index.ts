import { createReadStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { deliverItems, importSunDance, type UnifiedApi, unifiedApi } from '@opem/adaptors'
import { createSignedFetch, createSystemKey } from '@opem/ssi/http-signature'
import { parse } from 'csv-parse/sync'
import { startApi, startLake, startPostgres, temporaryFolder } from '../../offchain-api/src/testing/harness.ts'

const SITES = 12
const HOURS = 8760
const BASELINE_ROWS = 200

export interface ImportFigures {
  readonly rows: number
  readonly parseRowsPerSecond: number
  readonly importRowsPerSecond: number
  readonly repeatRowsPerSecond: number
  readonly baselineRows: number
  readonly baselineRowsPerSecond: number
}

/**
 * Rows per second from file to lake: a year of hourly rows of twelve sites, through the real unified API, Postgres and lake
 * in a temporary folder. Baseline in the same run: the naive way, csv-parse of the whole file and one request per row.
 */
export async function run(): Promise<ImportFigures> {
  const folder = await temporaryFolder()
  const lake = await startLake({ dir: join(folder.path, 'lake') })
  const postgres = await startPostgres({ dir: join(folder.path, 'postgres') })
  const key = await createSystemKey(join(folder.path, 'system.json'))
  const authentication = { kind: 'signature', publicKey: key.publicJwk }
  const system = { id: 'bench', name: 'bench', scopes: ['readings'], meters: ['*'], authentication }
  const systemsFile = join(folder.path, 'systems.json')
  await writeFile(systemsFile, JSON.stringify({ systems: [system] }))
  const started = await startApi({
    postgresUrl: postgres.url,
    lakeUrl: lake.url,
    deploymentPath: join(folder.path, 'deployment.json'),
    access: { dir: folder.path },
  })
  try {
    const files = await Promise.all(Array.from({ length: SITES }, (_, site) => writeSite(folder.path, site)))
    const api = unifiedApi({ url: started.url, fetch: createSignedFetch(key) })
    const rows = SITES * HOURS
    const rate = (count: number, ms: number) => Math.round((count / ms) * 1000)
    const [first] = files
    await importAll([first!], undefined) // warm the parser, so that the figures are of the steady state
    const parsing = await timed(() => importAll(files, undefined))
    const importing = await timed(() => importAll(files, api))
    const repeating = await timed(() => importAll(files, api))
    const naive = await timed(() => importNaively(first!, api))
    const figures: ImportFigures = {
      rows,
      parseRowsPerSecond: rate(rows, parsing),
      importRowsPerSecond: rate(rows, importing),
      repeatRowsPerSecond: rate(rows, repeating),
      baselineRows: BASELINE_ROWS,
      baselineRowsPerSecond: rate(BASELINE_ROWS, naive),
    }
    console.table({
      'judge and parse, nothing stored': { rows, 'rows/s': figures.parseRowsPerSecond },
      'file → unified API → lake': { rows, 'rows/s': figures.importRowsPerSecond },
      'the same files again (all known)': { rows, 'rows/s': figures.repeatRowsPerSecond },
      'baseline: csv-parse, one request per row': { rows: BASELINE_ROWS, 'rows/s': figures.baselineRowsPerSecond },
    })
    return figures
  } finally {
    for (const part of [started, postgres, lake]) await part.stop()
    await folder.remove()
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now()
  await work()
  return performance.now() - before
}

async function importAll(files: readonly string[], api: UnifiedApi | undefined): Promise<void> {
  for (const file of files) {
    const items = importSunDance({
      file,
      open: () => createReadStream(file),
      now: '2026-01-01T00:00:00Z',
      timeZone: 'Etc/UTC',
    })
    const report = await deliverItems(items, { file, format: 'sundance', api })
    if (report.accepted + report.duplicates !== HOURS) throw new Error(`${file}: ${JSON.stringify(report)}`)
  }
}

async function importNaively(file: string, api: UnifiedApi): Promise<void> {
  const rows: { date: string; grid: string }[] = parse(await readFile(file), { columns: true, bom: true })
  for (const { date, grid } of rows.slice(0, BASELINE_ROWS)) {
    const net = Math.round(Number(grid) * 1000)
    const start = new Date(`${date} UTC`).toISOString().replace('.000Z', 'Z')
    await api.postReadings([
      {
        meter: `naive-${basename(file, '.csv')}`,
        start,
        seconds: 3600,
        importWh: Math.max(0, net),
        exportWh: Math.max(0, -net),
        quality: 'measured',
        source: 'bench',
        knownAt: '2026-01-01T00:00:00Z',
      },
    ])
  }
}

/** A year of a plausible site with PV, ascending, in SunDance's own format. */
async function writeSite(dir: string, site: number): Promise<string> {
  const lines = ['date,use,gen,grid']
  for (let hour = 0; hour < HOURS; hour++) {
    const at = new Date(Date.UTC(2015, 0, 1, hour))
    const use = 0.4 + ((hour * 7919 + site * 104_729) % 1000) / 700
    const gen = Math.max(-0.012, 3 * Math.sin(((at.getUTCHours() - 6) / 12) * Math.PI))
    const date = `${at.getUTCMonth() + 1}/${at.getUTCDate()}/15 ${at.getUTCHours()}:00`
    lines.push(`${date},${use.toFixed(9)},${gen.toFixed(9)},${(use - gen).toFixed(9)}`)
  }
  const path = join(dir, `Site_${site}.csv`)
  await writeFile(path, `${lines.join('\r\n')}\r\n`)
  return path
}
