import { type Hex, type Operation, presentationTypedData } from '@opem/domain'
import { credentialHashOf, presentCredentials } from '@opem/ssi/credential'
import { didOfAddress } from '@opem/ssi/did'
import type { PrivateKeyAccount } from 'viem'

export const CHAIN_ID = 31_337

export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers as they come
  readonly body: any
}

/** A browser with its cookies and a wallet that signs typed data: what a person at the marketplace is to the API. */
export interface Browser {
  readonly did: string
  readonly wallet: PrivateKeyAccount
  readonly cookies: Map<string, string>
  call(method: string, path: string, body?: unknown): Promise<Answer>
  challenge(operation: Operation): Promise<{ challenge: Hex; audience: string }>
  /** Presents credentials by an EIP-712 signature under a new challenge, or under the one given. */
  present(
    operation: Operation,
    credentials: readonly string[],
    given?: { challenge: Hex; audience: string },
  ): Promise<object>
  /** The same as a VP-JWT, as a machine does. */
  presentJwt(operation: Operation, credentials: readonly string[]): Promise<object>
  signIn(credentials: readonly string[]): Promise<Answer>
}

export function openBrowser(url: string, wallet: PrivateKeyAccount): Browser {
  const cookies = new Map<string, string>()
  const did = didOfAddress(CHAIN_ID, wallet.address)
  const browser: Browser = {
    ...{ did, wallet, cookies },
    async call(method, path, body) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          ...(cookie === '' ? {} : { cookie }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      for (const line of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
        if (value === '') cookies.delete(name!)
        else cookies.set(name!, value!)
      }
      return { status: response.status, body: await response.json() }
    },
    async challenge(operation) {
      const { status, body } = await browser.call('POST', '/v1/access/challenges', { operation })
      if (status !== 200) throw new Error(JSON.stringify(body))
      return body
    },
    async present(operation, credentials, given) {
      const { challenge, audience } = given ?? (await browser.challenge(operation))
      const expires = Math.floor(Date.now() / 1000) + 120
      const holder = wallet.address.toLowerCase() as Hex
      const hashes = credentials.map(credentialHashOf)
      const terms = { chainId: CHAIN_ID, operation, holder, challenge, audience, credentials: hashes, expires }
      const signature = await wallet.signTypedData(presentationTypedData(terms))
      return { kind: 'eip712', holder: did, challenge, expires, credentials, signature }
    },
    async presentJwt(operation, credentials) {
      const { challenge, audience } = await browser.challenge(operation)
      const jwt = await presentCredentials({ holder: did, signer: wallet, challenge, audience, operation, credentials })
      return { kind: 'vp-jwt', jwt }
    },
    signIn: async (credentials) =>
      browser.call('POST', '/v1/access/sign-ins', { presentation: await browser.present('sign-in', credentials) }),
  }
  return browser
}
