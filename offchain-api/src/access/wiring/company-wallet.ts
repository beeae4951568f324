import { OpemError } from '@opem/domain'
import type { Did, DidResolver } from '@opem/ssi/did'
import { type AgreementKey, createDidcommClient, MAX_BYTES } from '@opem/ssi/didcomm'
import { createGuardedFetch, reachOf } from '@opem/ssi/guarded-fetch'
import type { CompanyWallet } from '../identity.ts'

/** Companies' wallets over DIDComm v2. In development a wallet may run on this machine; nowhere inside a network. */
export function createCompanyWallet({
  did,
  keys,
  resolver,
  development,
}: {
  readonly did: Did
  readonly keys: readonly AgreementKey[]
  readonly resolver: DidResolver
  readonly development: boolean
}): CompanyWallet {
  const fetch = createGuardedFetch({ allowLoopback: development, maxBytes: MAX_BYTES })
  const client = createDidcommClient({ did, keys, resolver, fetch })
  return {
    async check(endpoint) {
      const { protocol, hostname } = new URL(endpoint)
      if (protocol !== 'https:' && !(development && protocol === 'http:'))
        throw refused('ERR_FETCH_URL', `it begins with ${protocol} and needs https://`)
      // A name is resolved when it is asked, and judged then; an address can be judged now.
      const host = hostname.replace(/^\[|\]$/g, '')
      const reach = host === 'localhost' ? 'loopback' : /^[\d.]+$|:/.test(host) ? reachOf(host) : 'public'
      if (reach === 'inside' || (reach === 'loopback' && !development))
        throw refused(
          'ERR_FETCH_ADDRESS',
          `${host} is not on the public internet; give an address that everybody can reach`,
        )
    },
    deliver: async (to, credential) => (await client.issueToWallet(to.endpoint, to.did as Did, credential)).thid,
    async ask(of, { thread, credentials, ...request }) {
      return client.requestPresentation(of.endpoint, of.did as Did, {
        ...request,
        audience: did,
        ...(credentials ? { credentials } : {}),
        ...(thread === undefined ? {} : { thid: thread }),
      })
    },
  }
}

const refused = (code: string, shortMessage: string) => new OpemError({ code, shortMessage })
