import type { Hex } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import type { Content } from '../content/content.ts'
import { indexListings } from '../search/index-listings.ts'
import { documentOf } from './document-of.ts'

const AT_ONCE = 20

/** Asks the content store again for documents that it did not give when their listing was published. */
export async function fillDocuments({ store, content }: { store: OperationalStore; content: Content }): Promise<void> {
  const owed = await store.rows<{ content: Hex }>(
    `SELECT content FROM market_listing_versions WHERE document IS NULL AND NOT unreadable GROUP BY content
     ORDER BY random() LIMIT $1`,
    [AT_ONCE],
  )
  for (const { content: digest } of owed) {
    const { document, unreadable } = await documentOf(content, digest)
    if (document === undefined && !unreadable) continue
    const values = [digest, document === undefined ? null : JSON.stringify(document)]
    await store.transaction(async (rows) => {
      await rows(
        'UPDATE market_listing_versions SET document = $2, unreadable = $2::jsonb IS NULL WHERE content = $1',
        values,
      )
      const changed = await rows<{ listing: string }>(
        'UPDATE market_listings SET document = $2 WHERE content = $1 RETURNING listing',
        values,
      )
      await indexListings(
        rows,
        changed.map(({ listing }) => listing),
      )
    })
  }
}
