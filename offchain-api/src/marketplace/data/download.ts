import { createHash, randomBytes } from 'node:crypto'
import { canonicalJson, formatInstant } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import { noteAction } from '../audit-log/note.ts'
import type { Rows } from '../contracting/offers.ts'
import { noteAsked, noteCounted, takeBack } from '../provisioning/usage.ts'
import { type DataFormat, fileOf, MEDIA_TYPES } from './format.ts'
import { includedMeters } from './included.ts'
import { type DataLink, LINK_SECONDS, openLink, signLink } from './link.ts'
import { type ContractedData, contractedData, type Declared, needAccess } from './may-access.ts'
import type { DataParts } from './parts.ts'
import { countRows, type DataQuery, type LakeQuery, lakeQuery } from './query.ts'

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

/** The query of a user over the meters that are in the data set now. */
export async function preparedQuery(
  { store, now }: DataParts,
  { listing, readings, policy }: ContractedData,
  { query, purpose }: Pick<Asked, 'query' | 'purpose'>,
): Promise<LakeQuery> {
  const meters = await includedMeters(store.rows, {
    ...{ listing: listing.listing, provider: { account: listing.account, address: listing.provider } },
    ...{ purpose, purposes: policy.purposes, form: readings.form, now: now() },
  })
  return lakeQuery(query, readings, meters)
}

/** A link to download by: signed, for this account alone, for `uses` downloads within ten minutes. */
export async function makeLink(
  parts: DataParts,
  by: Downloader,
  it: { agreement: string; asked: Asked; uses: number; seconds: number },
): Promise<{ token: string; expires: number }> {
  const { store, mayUseMoney } = parts
  const now = parts.now()
  const data = await contractedData(store.rows, it.agreement, by.account)
  await needAccess(store.rows, data, it.asked, { now, mayUseMoney })
  await preparedQuery(parts, data, it.asked) // what cannot be asked gets no link
  const link: DataLink = {
    ...{ id: randomBytes(16).toString('hex'), agreement: it.agreement, account: by.account },
    ...{ asked: digestOf(it.asked), expires: now + Math.min(it.seconds, LINK_SECONDS) },
  }
  await store.rows('DELETE FROM market_data_links WHERE expires_at < $1', [now - 86_400])
  await store.rows(
    `INSERT INTO market_data_links (id, agreement, account, asked, uses, expires_at, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [link.id, link.agreement, link.account, JSON.stringify(it.asked), it.uses, link.expires, now],
  )
  return { token: signLink(await parts.linkKey(), link), expires: link.expires }
}

export interface DataFile {
  readonly name: string
  readonly type: string
  readonly bytes: AsyncIterable<Uint8Array>
}

/**
 * Opens a link: all is checked anew, one use is taken, the use is written down and counted, and only then comes the file.
 * @throws Refusal ERR_LINK_ALTERED, ERR_LINK_EXPIRED, ERR_LINK_UNKNOWN, ERR_LINK_USED, ERR_DATA_CONSENT_WITHDRAWN, ERR_DATA_TOO_LARGE, ERR_DATA_EMPTY, and those of `needAccess`
 */
export async function openDownload(parts: DataParts, by: Downloader, token: string): Promise<DataFile> {
  const { store, lake, mayUseMoney } = parts
  const now = parts.now()
  const link = openLink(await parts.linkKey(), token, now)
  const [kept] = await store.rows<{ asked: Asked }>(
    'SELECT asked FROM market_data_links WHERE id = $1 AND account = $2',
    [link.id, link.account],
  )
  // Whoever got the link from somebody else learns nothing of it.
  if (!kept || link.account !== by.account || digestOf(kept.asked) !== link.asked)
    throw new Refusal(
      404,
      'ERR_LINK_UNKNOWN',
      'there is no such link of your account; make one with your own agreement',
    )
  const { asked } = kept
  const data = await contractedData(store.rows, link.agreement, by.account)
  await needAccess(store.rows, data, asked, { now, mayUseMoney })
  const query = await preparedQuery(parts, data, asked)
  if ((query.parameters.meters as readonly string[]).length === 0)
    throw new Refusal(
      403,
      'ERR_DATA_CONSENT_WITHDRAWN',
      'nobody whose readings these are consents to this purpose now: there is nothing to download',
    )
  const count = await countRows(lake, query)
  if (count > MOST_ROWS)
    throw new Refusal(422, 'ERR_DATA_TOO_LARGE', `these are ${count} rows; ask for at most ${MOST_ROWS}, in parts`)

  if (count === 0 && asked.format === 'parquet')
    throw new Refusal(
      422,
      'ERR_DATA_EMPTY',
      'there are no rows, and a Parquet file needs some; ask for CSV or another period',
    )

  const request = `${link.id}-${randomBytes(6).toString('hex')}`
  const milliUnits = unitsFor(data, count)
  const download = await store.transaction(async (rows) => {
    // Two at the same time follow each other: neither uses nor the policy's count are overrun.
    await rows('SELECT 1 FROM market_agreements WHERE id = $1 FOR UPDATE', [link.agreement])
    await needAccess(rows, data, asked, { now, mayUseMoney, milliUnits })
    const taken = await rows('UPDATE market_data_links SET uses = uses - 1 WHERE id = $1 AND uses > 0 RETURNING id', [
      link.id,
    ])
    if (taken.length === 0)
      throw new Refusal(410, 'ERR_LINK_USED', 'this link was used as often as it may be; ask for a new one')
    await noteAsked(rows, { agreement: link.agreement, request, method: 'GET', now })
    await noteCounted(rows, { agreement: link.agreement, request, milliUnits, status: 200 })
    const id = await writeDown(rows, data, by, { asked, count, now })
    await noteAction(rows, {
      ...{ by: by.did, account: by.account as `0x${string}`, action: 'data.downloaded' },
      about: { agreement: link.agreement, listing: data.listing.listing },
      detail: { purpose: asked.purpose, country: asked.country, rows: count, format: asked.format },
    })
    return id
  })
  const failed = async () => {
    await takeBack(store.rows, { agreement: link.agreement, request })
    await store.rows(`UPDATE market_data_downloads SET state = 'failed' WHERE id = $1`, [download])
  }
  return {
    name: `data-${link.agreement.slice(2, 10)}-${formatInstant(asked.query.from).slice(0, 10)}.${asked.format}`,
    type: MEDIA_TYPES[asked.format],
    bytes: costsNothingWhenItFails(fileOf(lake, query, asked.format, count), failed),
  }
}

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

async function writeDown(
  rows: Rows,
  { agreement, policy }: ContractedData,
  by: Downloader,
  { asked, count, now }: { asked: Asked; count: number; now: number },
): Promise<string> {
  const [written] = await rows<{ id: string }>(
    `INSERT INTO market_data_downloads (agreement, listing, account, by, at, purpose, country, format, asked, readings, state, delete_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'given', $11) RETURNING id::text AS id`,
    [
      ...[agreement.id, agreement.listing, by.account, by.did, now, asked.purpose, asked.country, asked.format],
      ...[JSON.stringify(asked.query), count],
      policy.deleteAfterDays === null ? null : now + policy.deleteAfterDays * DAY,
    ],
  )
  return written!.id
}

const digestOf = (asked: Asked): string => createHash('sha256').update(canonicalJson(asked)).digest('hex')
