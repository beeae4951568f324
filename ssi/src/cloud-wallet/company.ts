import { randomUUID } from 'node:crypto'
import { OpemError } from '@opem/domain'
import type { Hex, LocalAccount } from 'viem'
import { credentialHashOf, issueCredential, type Role } from '../credential/index.ts'
import { addressOfDid, type Did } from '../did/index.ts'
import type { IssuedBook, IssuedCredential } from './issued.ts'
import type { WalletKeys } from './keys.ts'
import type { WalletProfile } from './profile.ts'
import type { OnChain, openRepresentatives } from './representatives.ts'
import { revokeOnChain } from './revocations.ts'
import type { WalletChain } from './wallet-chain.ts'

/** An employee as the company names them in a Representative credential. */
export interface Representative {
  /** DID of the employee's own wallet. */
  readonly subject: Did
  readonly name: string
  readonly email: string
  /** `administrator` has every role of the company's account, and manages the others. */
  readonly roles: readonly Role[]
  /** Epoch seconds. */
  readonly expiresAt: number
}

export interface CompanyOptions {
  readonly book: IssuedBook
  readonly profile: () => Promise<WalletProfile>
  readonly keys: () => Promise<WalletKeys>
  readonly chain: WalletChain
  readonly onChain: Pick<ReturnType<typeof openRepresentatives>, 'give' | 'takeBack'>
  /** Who pays for revocations; the company itself when left out. */
  readonly payer?: LocalAccount | undefined
  /** Epoch seconds. */
  readonly now: () => number
}

/** A credential, and whether its holder may act for the company on chain by now. */
export type IssuedNow = IssuedCredential & { readonly onChain: OnChain }

/**
 * What a company says about its employees: it issues, limits and takes back Representative credentials, and with each the
 * right to act for it on chain. What gives a right may wait for the chain; what takes one back fails until it is done.
 */
export interface Company {
  /** @throws ERR_CLAIMS, ERR_EXPIRY (not after now) */
  issueRepresentative(representative: Representative): Promise<IssuedNow>
  /** Takes the credential back and issues one with fewer roles, otherwise the same. @throws ERR_ROLES_NOT_FEWER, and what `revoke` throws */
  limitRoles(id: string, roles: readonly Role[]): Promise<IssuedNow>
  /**
   * Takes credentials back, for ever.
   * @returns the transaction; undefined when all were taken back before
   * @throws ERR_WALLET_FUNDS, ERR_WALLET_TRANSACTION, retryable ERR_CHAIN_UNREACHABLE: the same call again finishes it
   */
  revoke(ids: readonly string[]): Promise<Hex | undefined>
}

export function openCompany({ book, profile, keys, chain, onChain, payer, now }: CompanyOptions): Company {
  const issue = async ({ subject, name, email, roles, expiresAt }: Representative): Promise<IssuedCredential> => {
    const { did, company, endpoint } = await profile()
    if (!Number.isInteger(expiresAt) || expiresAt <= now()) {
      throw refuse('ERR_EXPIRY', `A credential that ends at ${expiresAt} would never count: it is ${now()}.`)
    }
    const [jti, issuedAt] = [`urn:uuid:${randomUUID()}`, now()]
    const jwt = await issueCredential({
      issuer: did,
      signer: (await keys()).account,
      type: 'RepresentativeCredential',
      subject,
      claims: { name, email, roles: [...roles], company: { did, ...company, walletEndpoint: endpoint } },
      issuedAt,
      expiresAt,
      jti,
    })
    const hash = credentialHashOf(jwt)
    const issued = { jti, hash, subject, name, email, roles: [...roles], issuedAt, expiresAt, revokedAt: null, jwt }
    await book.add(issued)
    return issued
  }

  const revokeIn = async (ids: readonly string[]): Promise<Hex | undefined> => {
    const found = await Promise.all(ids.map((id) => book.find(id)))
    const jtis = found.filter(({ revokedAt }) => revokedAt === null).map(({ jti }) => jti)
    if (jtis.length === 0) return undefined
    const issuer = addressOfDid((await profile()).did)!
    const hash = await revokeOnChain(chain, (await keys()).account, issuer, jtis, payer)
    await book.markRevoked(jtis, now())
    return hash
  }

  const given = async (issued: IssuedCredential): Promise<IssuedNow> => ({
    ...issued,
    onChain: await onChain.give(issued),
  })

  return {
    issueRepresentative: async (representative) => given(await issue(representative)),
    revoke: async (ids) => {
      const hash = await revokeIn(ids)
      // Also of those that were taken back before: the last call may not have come this far.
      await onChain.takeBack(await Promise.all(ids.map((id) => book.find(id))))
      return hash
    },
    limitRoles: async (id, roles) => {
      const before = await book.find(id)
      const fewer = roles.length > 0 && roles.length < before.roles.length
      if (!fewer || roles.some((role) => !before.roles.includes(role))) {
        throw refuse(
          'ERR_ROLES_NOT_FEWER',
          `${before.name} has ${before.roles.join(', ')}: name fewer of these, or issue a new credential.`,
        )
      }
      if (before.revokedAt !== null) throw refuse('ERR_CREDENTIAL_REVOKED', `The credential ${id} was taken back.`)
      // Taken back first: should the rest fail, the employee may do too little, never too much.
      await revokeIn([before.jti])
      const limited = await issue({ ...before, subject: before.subject as Did, roles })
      await onChain.takeBack([before])
      return given(limited)
    },
  }
}

const refuse = (code: string, shortMessage: string): OpemError => new OpemError({ code, shortMessage })
