import { OpemError } from '@opem/domain'
import type { CredentialType } from '../credential/claims.ts'
import type { RequestClient } from './client.ts'
import { dcqlQuery } from './profile.ts'
import { publicResponseKey, type ResponseKey } from './response-key.ts'

export type ResponseMode = 'direct_post' | 'direct_post.jwt'

export interface PresentationRequest {
  readonly client: RequestClient
  readonly types: readonly CredentialType[]
  /** The challenge: becomes `nonce`, which the wallet signs. */
  readonly challenge: string
  /** Another random value, by which the answer finds its request. */
  readonly state: string
  /** Where the wallet posts its answer. */
  readonly responseUri: string
  /** Given for an encrypted answer (`direct_post.jwt`, which EU wallets need); left out for `direct_post`. */
  readonly responseKey?: ResponseKey
  /** Given by a wallet that fetches the request with POST (§5.10); goes back as it came. */
  readonly walletNonce?: string
  /** Epoch seconds. */
  readonly now: number
  /** Epoch seconds: the end of the challenge. */
  readonly expiresAt: number
}

const URL_SAFE = /^[A-Za-z0-9._~-]+$/
const ALGORITHMS = ['ES256', 'EdDSA']
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/**
 * A signed request object (RFC 9101) for exactly these credentials, content type `application/oauth-authz-req+jwt`.
 * @throws ERR_OPENID4VP_REQUEST
 */
export async function createPresentationRequest(request: PresentationRequest): Promise<string> {
  const { client, types, challenge, state, responseUri, responseKey, walletNonce, now, expiresAt } = request
  // OpenID4VP 1.0 §5.2, §5.3: nonce and state of URL-safe characters only.
  if (!URL_SAFE.test(challenge) || !URL_SAFE.test(state)) throw unfit('Challenge and state need URL-safe characters.')
  if (client.host !== undefined && new URL(responseUri).hostname !== client.host) {
    throw unfit(`The response URI needs to be on ${client.host}, for which the client id stands.`)
  }
  const encryption = responseKey && {
    jwks: { keys: [publicResponseKey(responseKey)] },
    encrypted_response_enc_values_supported: ['A128GCM', 'A256GCM'],
  }
  const input = `${encode({ ...client.header, typ: 'oauth-authz-req+jwt' })}.${encode({
    aud: 'https://self-issued.me/v2',
    client_id: client.clientId,
    response_type: 'vp_token',
    response_mode: responseKey ? 'direct_post.jwt' : 'direct_post',
    response_uri: responseUri,
    nonce: challenge,
    state,
    dcql_query: dcqlQuery(types),
    client_metadata: {
      ...encryption,
      vp_formats_supported: { 'dc+sd-jwt': { 'sd-jwt_alg_values': ALGORITHMS, 'kb-jwt_alg_values': ALGORITHMS } },
    },
    ...(walletNonce === undefined ? {} : { wallet_nonce: walletNonce }),
    iat: now,
    exp: expiresAt,
  })}`
  return `${input}.${Buffer.from(await client.sign(input)).toString('base64url')}`
}

/**
 * What a page shows as a link or QR code: opens a wallet, which fetches the request object from `requestUri`.
 * @param scheme `openid4vp` or, for wallets of the EU's profile, `haip-vp`
 */
export function walletLink(
  { clientId }: RequestClient,
  requestUri: string,
  scheme: 'openid4vp' | 'haip-vp' = 'openid4vp',
) {
  return `${scheme}://?${new URLSearchParams({ client_id: clientId, request_uri: requestUri, request_uri_method: 'post' })}`
}

const unfit = (shortMessage: string) => new OpemError({ code: 'ERR_OPENID4VP_REQUEST', shortMessage })
