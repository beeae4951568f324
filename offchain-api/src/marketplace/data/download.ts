import { createHash, randomBytes } from 'node:crypto'
import { canonicalJson } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import { includedMeters } from './included.ts'
import { type DataLink, LINK_SECONDS, openLink, signLink } from './link.ts'
import { type ContractedData, contractedData, needAccess } from './may-access.ts'
import type { DataParts } from './parts.ts'
import { type LakeQuery, lakeQuery } from './query.ts'
import { type Asked, type DataFile, type Downloader, rowsToGive, takeContracted } from './take-rows.ts'

/** The query of a user over the meters that are in the data set now. */
export async function preparedQuery(
  { store, now }: DataParts,
  { listing, readings, policy }: ContractedData,
  { query, purpose }: Pick<Asked, 'query' | 'purpose'>,
): Promise<LakeQuery> {
  const meters = await includedMeters(store.rows, {
    ...{ listing: listing.listing, provider: { account: listing.account, address: listing.provider } },
    ...{ purpose, purposes: policy.purposes, readings, now: now() },
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
  const count = await rowsToGive(lake, query, asked.format)
  return takeContracted(parts, data, by, {
    ...{ query, asked, count, request: `${link.id}-${randomBytes(6).toString('hex')}` },
    async before(rows) {
      const taken = await rows('UPDATE market_data_links SET uses = uses - 1 WHERE id = $1 AND uses > 0 RETURNING id', [
        link.id,
      ])
      if (taken.length === 0)
        throw new Refusal(410, 'ERR_LINK_USED', 'this link was used as often as it may be; ask for a new one')
    },
  })
}

const digestOf = (asked: Asked): string => createHash('sha256').update(canonicalJson(asked)).digest('hex')
