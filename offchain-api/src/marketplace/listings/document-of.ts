import { type Hex, type ListingDocument, OpemError } from '@opem/domain'
import type { Content } from '../content/content.ts'
import { readListingDocument } from '../publish/document.ts'

export interface FoundDocument {
  /** undefined while the content store is away or lacks it, and of what is no listing document. */
  readonly document: ListingDocument | undefined
  /** What is there is no listing document, and never becomes one. */
  readonly unreadable: boolean
}

/**
 * The listing document behind a digest. A content store that is away or lacks it does not stop the chain from being
 * followed: it is asked again later (fill-documents.ts).
 */
export async function documentOf(content: Content, digest: Hex): Promise<FoundDocument> {
  try {
    const json = await content.getContent(digest)
    if (json === undefined) return { document: undefined, unreadable: false }
    const read = readListingDocument(json)
    return 'document' in read ? { ...read, unreadable: false } : { document: undefined, unreadable: true }
  } catch (cause) {
    // Bytes that are no JSON, or too many of them, stay so; everything else may be otherwise tomorrow.
    const forEver = cause instanceof SyntaxError || (cause instanceof OpemError && cause.code === 'ERR_CONTENT_SIZE')
    return { document: undefined, unreadable: forEver }
  }
}
