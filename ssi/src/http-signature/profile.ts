/** The label and the tag (RFC 9421 §2.3, application-specific) of every signature of the marketplace. */
export const LABEL = 'opem'

/** What every signature covers. Not @target-uri: a proxy that ends TLS hides the scheme from the server. */
export const COVERED = ['@method', '@authority', '@path', '@query'] as const

/** What it covers besides, when the request has a body. */
export const COVERED_WITH_BODY = [...COVERED, 'content-type', 'content-digest'] as const

/** Seconds between `created` and `expires`, at most. */
export const LIFETIME_SECONDS = 60

/** Seconds that a signer's clock may be ahead of the verifier's. */
export const SKEW_SECONDS = 5
