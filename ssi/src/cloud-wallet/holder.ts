import { OpemError, type Operation, type Result } from '@opem/domain'
import type { Hex } from 'viem'
import { CLAIMS, type JwtSigner, presentCredentials } from '../credential/index.ts'
import type { Did } from '../did/index.ts'
import { type CredentialStore, openCredentialStore } from './credential-store.ts'
import { type HeldCredential, readCredential } from './stored-credential.ts'

/** Whether a credential is what it says: signature, issuer, status (`createCheck`). */
export type CheckCredential = (jwt: string) => Promise<Result<unknown>>

export interface HolderOptions {
  readonly did: Did
  readonly signer: JwtSigner
  /** The wallet's folder. */
  readonly home: string
  /** Epoch seconds. */
  readonly now?: () => number
  readonly check: CheckCredential
}

/** What to present, and to whom. */
export interface PresentationTerms {
  readonly challenge: Hex
  /** DID of the verifier. */
  readonly audience: string
  readonly operation: Operation
  /** Hashes or jtis; the credentials must have been accepted. */
  readonly credentials: readonly string[]
}

/** Somebody who holds credentials: a company, a person, a machine. */
export interface Holder {
  readonly did: Did
  readonly credentials: CredentialStore
  /**
   * Takes a credential in after checking it: about this holder, its own claims, not expired, and what `check` says.
   * @throws ERR_CREDENTIAL_SHAPE, ERR_CREDENTIAL_SUBJECT, ERR_CREDENTIAL_EXPIRED, or the code of `check`
   */
  receive(jwt: string, from: string, status: 'pending' | 'accepted'): Promise<HeldCredential>
  /** The holder accepts a pending credential. */
  accept(id: string): Promise<HeldCredential>
  /** A VP-JWT over accepted credentials. @throws ERR_CREDENTIAL_PENDING and what `credentials.find` throws */
  present(terms: PresentationTerms): Promise<string>
}

const refuse = (code: string, shortMessage: string): OpemError => new OpemError({ code, shortMessage })

export function openHolder({ did, signer, home, check, now = epochSeconds }: HolderOptions): Holder {
  const credentials = openCredentialStore(home)
  return {
    did,
    credentials,
    receive: async (jwt, from, status) => {
      const text = readCredential(jwt)
      if (!text || !CLAIMS[text.type].safeParse(text.claims).success) {
        throw refuse('ERR_CREDENTIAL_SHAPE', 'This is no credential: a VC-JWT of a known type is needed.')
      }
      if (text.subject !== did) {
        throw refuse('ERR_CREDENTIAL_SUBJECT', `The credential is about ${text.subject}, and this wallet is ${did}.`)
      }
      if (text.expiresAt <= now()) {
        throw refuse('ERR_CREDENTIAL_EXPIRED', `The credential expired at ${text.expiresAt}: ask for a new one.`)
      }
      const checked = await check(jwt)
      if (!checked.ok) throw refuse(checked.code, checked.reason)
      return credentials.keep({ jwt, status, from, receivedAt: now() })
    },
    accept: async (id) => {
      const { jwt, from, receivedAt } = await credentials.find(id)
      return credentials.keep({ jwt, from, receivedAt, status: 'accepted' })
    },
    present: async ({ credentials: ids, ...terms }) => {
      const found = await Promise.all(ids.map((id) => credentials.find(id)))
      const pending = found.find(({ status }) => status === 'pending')
      if (pending) {
        throw refuse('ERR_CREDENTIAL_PENDING', `The credential ${pending.hash} was not accepted yet: accept it first.`)
      }
      return presentCredentials({
        holder: did,
        signer,
        ...terms,
        credentials: found.map(({ jwt }) => jwt),
        issuedAt: now(),
      })
    },
  }
}

const epochSeconds = (): number => Math.floor(Date.now() / 1000)
