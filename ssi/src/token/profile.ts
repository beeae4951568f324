/** Seconds that a token lives, at most. */
export const TOKEN_SECONDS = 600

/** Seconds that the issuer's clock may be ahead of a module's. */
export const SKEW_SECONDS = 5

/** Characters of a token, at most: what servers take in one header with room for the others. */
export const TOKEN_CHARACTERS = 12_000

/** The one way in which tokens are signed and then encrypted. Nothing in a token can choose another. */
export const SIGNATURE = { alg: 'ES256', typ: 'at+jwt' } as const
export const ENCRYPTION = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM', cty: 'JWT' } as const

/** Seconds in which a key is the one that signs or encrypts. */
export const KEY_SECONDS = 86_400

/** Seconds for which it still opens tokens after that; longer than any token lives. */
export const OVERLAP_SECONDS = 1_200

/** Seconds for which the next key is published before it is used, so that caches of the key set know it in time. */
export const ANNOUNCE_SECONDS = 3_600
