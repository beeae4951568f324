import { formatInstant, type Hex } from '@opem/domain'
import type { Lake } from '../../lake/lake.ts'
import { Refusal } from '../../unified-api/problem.ts'
import { noteAction } from '../audit-log/note.ts'
import type { Rows } from '../contracting/offers.ts'
import { noteAsked, noteCounted, takeBack } from '../provisioning/usage.ts'
import { type DataFormat, fileOf, MEDIA_TYPES } from './format.ts'
import { type ContractedData, type Declared, needAccess } from './may-access.ts'
import type { DataParts } from './parts.ts'
import { countRows, type DataQuery, type LakeQuery } from './query.ts'

/** What somebody wants to download, and what they say about its use. */
export interface Asked extends Declared {
  readonly query: DataQuery
  readonly format: DataFormat
}

export interface Downloader {
  readonly did: string
  readonly account: string
}

/** More is asked in parts. */
const MOST_ROWS = 20_000_000

export interface DataFile {
  readonly name: string
  readonly type: string
  readonly bytes: AsyncIterable<Uint8Array>
}

/** How many rows a file would have. @throws Refusal ERR_DATA_CONSENT_WITHDRAWN, ERR_DATA_TOO_LARGE, ERR_DATA_EMPTY */
export async function rowsToGive(lake: Lake, query: LakeQuery, format: DataFormat): Promise<number> {
  if ((query.parameters.meters as readonly string[]).length === 0)
    throw new Refusal(
      403,
      'ERR_DATA_CONSENT_WITHDRAWN',
      'nobody whose readings these are consents to this purpose now: there is nothing to download',
    )
  const count = await countRows(lake, query)
  if (count > MOST_ROWS)
    throw new Refusal(422, 'ERR_DATA_TOO_LARGE', `these are ${count} rows; ask for at most ${MOST_ROWS}, in parts`)
  if (count === 0 && format === 'parquet')
    throw new Refusal(
      422,
      'ERR_DATA_EMPTY',
      'there are no rows, and a Parquet file needs some; ask for CSV or another period',
    )
  return count
}

/** A file of rows that were counted and written down, in the name of `by`. */
export interface Taking {
  readonly query: LakeQuery
  readonly asked: Asked
  readonly count: number
  /** Names this use: it is counted once. */
  readonly request: string
  /** The agreement about a service to whose provider the rows go; left out: to the user. */
  readonly passedTo?: string
  /** What else is done, or refused, in the transaction in which the use is counted. */
  before?(rows: Rows): Promise<void>
}

/** Takes rows under an agreement about data: checked once more, counted and written down before the first byte. @throws Refusal as `needAccess` does */
export async function takeContracted(
  { store, lake, mayUseMoney, ...parts }: DataParts,
  data: ContractedData,
  by: Downloader,
  { query, asked, count, request, passedTo, before }: Taking,
): Promise<DataFile> {
  const now = parts.now()
  const agreement = data.agreement.id
  const milliUnits = unitsFor(data, count)
  const download = await store.transaction(async (rows) => {
    // Two at the same time follow each other: neither uses nor the policy's count are overrun.
    await rows('SELECT 1 FROM market_agreements WHERE id = $1 FOR UPDATE', [agreement])
    await needAccess(rows, data, asked, { now, mayUseMoney, milliUnits })
    await before?.(rows)
    await noteAsked(rows, { agreement, request, method: 'GET', now })
    await noteCounted(rows, { agreement, request, milliUnits, status: 200 })
    const { deleteAfterDays } = data.policy
    return writeDown(rows, by, {
      ...{ agreement, listing: data.listing.listing, asked, count, now, passedTo },
      deleteBy: deleteAfterDays === null ? null : now + deleteAfterDays * DAY,
    })
  })
  const failed = async () => {
    await takeBack(store.rows, { agreement, request })
    await store.rows(`UPDATE market_data_downloads SET state = 'failed' WHERE id = $1`, [download])
  }
  return dataFile(agreement, asked, costsNothingWhenItFails(fileOf(lake, query, asked.format, count), failed))
}

export const dataFile = (of: string, { query, format }: Asked, bytes: AsyncIterable<Uint8Array>): DataFile => ({
  name: `data-${of.slice(2, 10)}-${formatInstant(query.from).slice(0, 10)}.${format}`,
  type: MEDIA_TYPES[format],
  bytes,
})

/** What the user could not receive because the lake failed is not billed; who goes away in the middle has used it. */
async function* costsNothingWhenItFails(bytes: AsyncIterable<Uint8Array>, failed: () => Promise<void>) {
  try {
    yield* bytes
  } catch (cause) {
    await failed().catch(() => undefined)
    throw cause
  }
}

/** Units of use, in thousandths: rows where the plan counts rows, otherwise one download. */
export function unitsFor({ document: { plan } }: Pick<ContractedData, 'document'>, rows: number): bigint {
  const unit = plan.unit?.toLowerCase() ?? ''
  if (/^rows?$/.test(unit)) return BigInt(rows) * 1000n
  if (/^1[ ,.]?000 rows$/.test(unit)) return BigInt(rows)
  return 1000n
}

const DAY = 86_400

/** Writes down that rows were handed out, and that in the audit log. @param by.account whose copy it is @returns the download's id */
export async function writeDown(
  rows: Rows,
  by: Downloader,
  it: {
    readonly agreement: string
    readonly listing: string
    readonly asked: Asked
    readonly count: number
    readonly now: number
    readonly passedTo: string | undefined
    readonly deleteBy: number | null
  },
): Promise<string> {
  const { agreement, listing, asked, count, now, passedTo } = it
  const { purpose, country, format } = asked
  const [written] = await rows<{ id: string }>(
    `INSERT INTO market_data_downloads (agreement, listing, account, by, at, purpose, country, format, asked, readings, state,
       delete_by, passed_to)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'given', $11, $12) RETURNING id::text AS id`,
    [
      ...[agreement, listing, by.account, by.did, now, purpose, country, format],
      ...[JSON.stringify(asked.query), count, it.deleteBy, passedTo ?? null],
    ],
  )
  await noteAction(rows, {
    ...{ by: by.did, account: by.account as Hex, about: { agreement, listing } },
    action: passedTo === undefined ? 'data.downloaded' : 'data.passed-on',
    detail: { purpose, country, rows: count, format, ...(passedTo !== undefined && { to: passedTo }) },
  })
  return written!.id
}
