import { randomBytes } from 'node:crypto'
import { type Hex, PASSED_ON_FOR } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import { isInForce, type StoredAgreement } from '../contracting/agreements.ts'
import { readDocument } from '../contracting/offers.ts'
import { handedMeters } from './count-handed.ts'
import { fileOf } from './format.ts'
import type { DataParts } from './parts.ts'
import { handedData } from './pass-on.ts'
import { lakeQuery } from './query.ts'
import { type Asked, type DataFile, dataFile, rowsToGive, takeContracted, writeDown } from './take-rows.ts'

/**
 * Rows of a data set for the provider of a service, as its agreement names them. A contracted data set is used in its user's name: counted,
 * paid, written down and deleted under the agreement about the data. All is checked anew at every use.
 * @param to the agreement about the service, whose provider asks
 * @param by DID of who asks
 * @throws Refusal ERR_AGREEMENT_NOT_IN_FORCE, ERR_DATA_UNKNOWN, ERR_DATA_CONSENT_WITHDRAWN, ERR_DATA_TOO_LARGE, ERR_DATA_EMPTY, and those of
 * `handedData` and `needAccess`
 */
export async function handOver(
  parts: DataParts,
  { to, by, data, ...said }: { to: StoredAgreement; by: string; data: string } & Omit<Asked, 'purpose'>,
): Promise<DataFile> {
  const { store, lake, mayUseMoney } = parts
  const now = parts.now()
  if (!isInForce(to, now))
    throw new Refusal(
      403,
      'ERR_AGREEMENT_NOT_IN_FORCE',
      'data is given while the agreement is in force; it has not begun or is over',
    )
  const document = await readDocument(store.rows, to.terms.terms)
  const item = document?.data.find(({ name }) => name === data)
  if (!document || !item?.from)
    throw new Refusal(404, 'ERR_DATA_UNKNOWN', `the agreement names no data set for "${data}"`)
  const asked: Asked = { ...said, purpose: PASSED_ON_FOR }
  const handed = await handedData(store.rows, {
    ...{ id: item.from.id, consumer: { account: to.consumer_account }, recipient: document.provider.did },
    ...{ country: asked.country, now, mayUseMoney },
  })
  const query = lakeQuery(asked.query, handed.readings, await handedMeters(store.rows, handed, now))
  const count = await rowsToGive(lake, query, asked.format)
  const owner = { did: by, account: to.consumer_account as string }
  if (handed.contract !== null)
    return takeContracted(parts, handed.contract, owner, {
      ...{ query, asked, count, passedTo: to.id, request: `passed-${randomBytes(16).toString('hex')}` },
    })
  await store.transaction((rows) =>
    writeDown(rows, owner, {
      ...{
        agreement: to.id,
        listing: handed.listing.listing as Hex,
        asked,
        count,
        now,
        passedTo: to.id,
        deleteBy: null,
      },
    }),
  )
  return dataFile(to.id, asked, fileOf(lake, query, asked.format, count))
}
