import { createGuardedFetch } from '@opem/ssi/guarded-fetch'
import {
  createOpenid4vpVerifier,
  createPresentationRequest,
  didClient,
  type PinnedIssuer,
  walletLink,
} from '@opem/ssi/openid4vp'
import type { VerifierPorts } from '@opem/ssi/verifier'
import { WALLET_TYPES, type WalletRequest } from '../openid4vp/requests.ts'
import type { Marketplace } from './marketplace.ts'

/** How EU wallets are asked, and their answers read. */
export interface Openid4vp {
  /** A link that opens a wallet. */
  link(requestObject: string): string
  /** The signed request object. */
  request(
    of: WalletRequest,
    it: { readonly responseUri: string; readonly now: number; readonly walletNonce?: string },
  ): Promise<string>
  readonly verifier: NonNullable<VerifierPorts['openid4vp']>
}

export function createOpenid4vp({
  marketplace,
  chainId,
  issuers,
  ports,
  development,
}: {
  readonly marketplace: Pick<Marketplace, 'did' | 'sign'>
  readonly chainId: number
  readonly issuers: readonly PinnedIssuer[]
  readonly ports: Pick<VerifierPorts, 'isAccredited' | 'isRevoked'>
  readonly development: boolean
}): Openid4vp {
  const { did } = marketplace
  const client = didClient({ did, kid: `${did}#controller`, signer: { sign: ({ hash }) => marketplace.sign(hash) } })
  const fetch = createGuardedFetch({ allowLoopback: development })
  return {
    link: (requestObject) => walletLink(client, requestObject),
    request: ({ operation, challenge, state, responseKey, expiresAt }, it) =>
      createPresentationRequest({
        ...{ client, types: WALLET_TYPES[operation] ?? [], challenge, state, responseKey, expiresAt, ...it },
      }),
    verifier: createOpenid4vpVerifier({
      ...{ chainId, clientIds: [client.clientId], issuers },
      isAccredited: ports.isAccredited,
      isRevoked: ports.isRevoked,
      fetchStatusList: async (uri) => (await fetch(uri)).text(),
    }),
  }
}
