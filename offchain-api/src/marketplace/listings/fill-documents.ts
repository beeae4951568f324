import type { Hex } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import type { Content } from '../content/content.ts'

const AT_ONCE = 20

/** Asks the content store again for documents that it did not give when their listing was published. */
export async function fillDocuments({ store, content }: { store: OperationalStore; content: Content }): Promise<void> {
  const owed = await store.rows<{ content: Hex }>(
    'SELECT DISTINCT content FROM market_listing_versions WHERE document IS NULL LIMIT $1',
    [AT_ONCE],
  )
  for (const { content: digest } of owed) {
    const document = await content.getContent(digest).catch(() => undefined)
    if (document === undefined) continue
    const values = [digest, JSON.stringify(document)]
    await store.transaction(async (rows) => {
      await rows('UPDATE market_listing_versions SET document = $2 WHERE content = $1', values)
      await rows('UPDATE market_listings SET document = $2 WHERE content = $1', values)
    })
  }
}
