/** Why an access token is refused. Stable: callers and tests name them. */
export type TokenCode =
  | 'ERR_TOKEN_SHAPE'
  | 'ERR_TOKEN_HEADER'
  | 'ERR_TOKEN_KEY'
  | 'ERR_TOKEN_DECRYPTION'
  | 'ERR_TOKEN_SIGNATURE'
  | 'ERR_TOKEN_CLAIMS'
  | 'ERR_TOKEN_ISSUER'
  | 'ERR_TOKEN_AUDIENCE'
  | 'ERR_TOKEN_LIFETIME'
  | 'ERR_TOKEN_NOT_YET'
  | 'ERR_TOKEN_EXPIRED'
