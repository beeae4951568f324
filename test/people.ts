import { join } from 'node:path'
import { type Hex, type MarketRole, type Operation, presentationTypedData } from '@opem/domain'
import { openKeyFile } from '@opem/ssi'
import { credentialHashOf, issueCredential } from '@opem/ssi/credential'
import { didOfAddress } from '@opem/ssi/did'
import type { APIRequestContext } from 'playwright-core'
import type { LocalAccount } from 'viem'
import type { Instance } from './instance.ts'

const CHAIN = 31337
const YEAR = 365 * 86_400

/** A credential of one of the development chain's issuers, about a wallet. */
export async function developmentCredential(
  instance: Pick<Instance, 'home'>,
  subject: LocalAccount,
  claims: { name: string } | { meter: string },
): Promise<string> {
  const isMeter = 'meter' in claims
  const key = isMeter ? 'development-meter-operator' : 'development-identity-issuer'
  const signer = await openKeyFile(join(instance.home, 'keys', `${key}.json`))
  const terms = {
    issuer: didOfAddress(CHAIN, signer.address),
    signer,
    subject: didOfAddress(CHAIN, subject.address),
    expiresAt: Math.floor(Date.now() / 1000) + YEAR,
  }
  return isMeter
    ? issueCredential({ ...terms, type: 'DataSourceCredential', claims: { ...claims, role: 'data-subject' } })
    : issueCredential({ ...terms, type: 'IdentityCredential', claims: { ...claims, country: 'ES' } })
}

type Asked = { challenge: Hex; audience: string; expiresAt: string }

/**
 * The door as the pages go through it, without the pages (identity.story.ts tells those). `request` shares its cookies
 * with the browser, so that the browser is theirs afterwards.
 */
export function openDoor(instance: Pick<Instance, 'page'>, request: APIRequestContext) {
  const post = async <T>(path: string, data: object): Promise<T> => {
    const response = await request.post(`${instance.page}/v1/access/${path}`, { data })
    if (!response.ok()) throw new Error(`${path}: ${response.status()} ${await response.text()}`)
    return (await response.json()) as T
  }
  const present = async (person: LocalAccount, operation: Operation, credential: string) => {
    const { challenge, audience, expiresAt } = await post<Asked>('challenges', { operation })
    const expires = Date.parse(expiresAt) / 1000
    const signature = await person.signTypedData(
      presentationTypedData({
        ...{ chainId: CHAIN, operation, challenge, audience, expires },
        holder: person.address.toLowerCase() as Hex,
        credentials: [credentialHashOf(credential)],
      }),
    )
    const holder = didOfAddress(CHAIN, person.address)
    return { kind: 'eip712', holder, challenge, expires, credentials: [credential], signature }
  }
  return {
    post,
    present,
    /** The marketplace's DID: whom every presentation is made for. */
    marketplace: async () => (await post<Asked>('challenges', { operation: 'sign-in' })).audience,
    /** @returns the Account credential, active */
    async registerCitizen(person: LocalAccount, identity: string, roles: readonly MarketRole[]): Promise<string> {
      const { credential } = await post<{ credential: string }>('registrations', {
        ...{ kind: 'citizen', roles, terms: '1' },
        presentation: await present(person, 'register-citizen', identity),
      })
      await post('receipts', { presentation: await present(person, 'receipt', credential) })
      return credential
    },
    signIn: async (person: LocalAccount, credential: string) =>
      post<{ session: { account: Hex } }>('sign-ins', { presentation: await present(person, 'sign-in', credential) }),
  }
}

/** Registers a person once, and signs them in. */
export function createDoor(instance: Pick<Instance, 'home' | 'page'>, request: APIRequestContext) {
  const accounts = new Map<string, string>()
  const door = openDoor(instance, request)
  return async (person: LocalAccount, name: string): Promise<void> => {
    if (!accounts.has(person.address)) {
      const identity = await developmentCredential(instance, person, { name })
      accounts.set(person.address, await door.registerCitizen(person, identity, ['service-user']))
    }
    await door.signIn(person, accounts.get(person.address)!)
  }
}
