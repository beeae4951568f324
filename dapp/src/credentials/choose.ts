import { isRecord } from './claims.ts'
import type { Credential, CredentialType } from './decode.ts'
import { sameDid } from './did.ts'
import { usableAt } from './validity.ts'

const newestFirst = (a: Credential, b: Credential) =>
  Number(b.claims.version ?? 0) - Number(a.claims.version ?? 0) || b.issuedAt - a.issuedAt

/** Credentials of a type that a wallet may present now, the newest first. */
export const presentable = (
  kept: readonly Credential[],
  type: CredentialType,
  did: string,
  now: number,
): Credential[] =>
  kept.filter((one) => one.type === type && sameDid(one.subject, did) && usableAt(one, now)).toSorted(newestFirst)

/** One way to sign in: what is presented, and who one then is. */
export type SignInChoice =
  | { kind: 'own'; account: Credential }
  | { kind: 'representative'; representative: Credential; account: Credential | undefined }

/** The credentials of a choice in the order in which they are presented. */
export const presentedBy = (choice: SignInChoice): Credential[] =>
  choice.kind === 'own'
    ? [choice.account]
    : [choice.representative, ...(choice.account === undefined ? [] : [choice.account])]

/**
 * Every way in which a wallet can sign in with what this browser keeps: with the newest version of its own account, and
 * for each company that named it a representative. The company's Account credential goes along when it is kept here too;
 * otherwise the marketplace asks the company's wallet for it.
 */
export function signInChoices(kept: readonly Credential[], did: string, now: number): SignInChoice[] {
  const [own] = presentable(kept, 'AccountCredential', did, now)
  const seen = new Set<string>()
  const representatives = presentable(kept, 'RepresentativeCredential', did, now).filter((one) => {
    const company = companyOf(one)?.toLowerCase() ?? one.hash
    return seen.has(company) ? false : seen.add(company)
  })
  return [
    ...(own === undefined ? [] : [{ kind: 'own', account: own } as const]),
    ...representatives.map((representative) => {
      const company = companyOf(representative)
      const [account] = company === undefined ? [] : presentable(kept, 'AccountCredential', company, now)
      return { kind: 'representative', representative, account } as const
    }),
  ]
}

/** DID of the company that a Representative credential speaks for. */
export function companyOf({ claims }: Credential): string | undefined {
  const did = isRecord(claims.company) ? claims.company.did : undefined
  return typeof did === 'string' ? did : undefined
}

/** Whether a Representative credential may open its company's account. */
export const isAdministrator = ({ claims }: Credential): boolean =>
  Array.isArray(claims.roles) ? claims.roles.includes('administrator') : claims.roles === 'administrator'

/** The credentials with which a person or a company can be registered. */
export const registrable = (
  kept: readonly Credential[],
  kind: 'citizen' | 'company',
  did: string,
  now: number,
): Credential[] =>
  kind === 'citizen'
    ? presentable(kept, 'IdentityCredential', did, now)
    : presentable(kept, 'RepresentativeCredential', did, now).filter(isAdministrator)

/** The credential that says a meter is the holder's. */
export const dataSourceOf = (
  kept: readonly Credential[],
  did: string,
  meter: string,
  now: number,
): Credential | undefined =>
  presentable(kept, 'DataSourceCredential', did, now).find(({ claims }) => claims.meter === meter)
