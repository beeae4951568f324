import { type Hex, OpemError } from '@opem/domain'
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
import type { VerifierCertificate } from './verifier-certificate.ts'

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
  certificate,
}: {
  readonly marketplace: Pick<Marketplace, 'did' | 'sign'>
  readonly chainId: number
  readonly issuers: readonly PinnedIssuer[]
  readonly ports: Pick<VerifierPorts, 'isAccredited' | 'isRevoked'>
  readonly development: boolean
  /** Who asks, for wallets that know no DID; without it the marketplace's DID asks. */
  readonly certificate: VerifierCertificate | undefined
}): Openid4vp {
  const { did } = marketplace
  const signer = { sign: ({ hash }: { hash: Hex }) => marketplace.sign(hash) }
  const client = certificate?.client ?? didClient({ did, kid: `${did}#controller`, signer })
  // HAIP 1.0 §5: wallets of the EU's profile are opened by a scheme of their own.
  const scheme = certificate ? 'haip-vp' : 'openid4vp'
  const fetch = createGuardedFetch({ allowLoopback: development })
  return {
    link: (requestObject) => walletLink(client, requestObject, scheme),
    async request({ operation, challenge, state, responseKey, expiresAt }, it) {
      if (certificate && it.now >= certificate.validTo) throw OVER
      return createPresentationRequest({
        ...{ client, types: WALLET_TYPES[operation] ?? [], challenge, state, responseKey, expiresAt, ...it },
      })
    },
    verifier: createOpenid4vpVerifier({
      ...{ chainId, clientIds: [client.clientId], issuers },
      isAccredited: ports.isAccredited,
      isRevoked: ports.isRevoked,
      fetchStatusList: async (uri) => (await fetch(uri)).text(),
    }),
  }
}

const OVER = new OpemError({
  code: 'ERR_VERIFIER_CERTIFICATE',
  shortMessage: 'The certificate under which EU wallets are asked has ended; the operator has to renew it',
  retryable: true,
})
