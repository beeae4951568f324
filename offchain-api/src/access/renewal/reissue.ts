import type { Hex } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import type { AccessParts } from '../access.ts'
import { moveWallet, readAccount, type StoredAccount } from '../accounts/accounts.ts'
import { usersOf } from '../company/users.ts'
import { issueNextVersion, type Update } from '../contract/next-version.ts'
import type { RepresentativeClaims, Verified } from '../identity.ts'
import { credentialOf, takePresentation } from '../presentation/take-presentation.ts'
import type { GivenProof } from '../proof.ts'
import { CREDENTIAL_SECONDS } from '../registration/open-account.ts'
import { checkEndpoint } from '../registration/register.ts'
import { rolesOfRepresentative } from '../session/person-of.ts'

/** Lost credentials of an account that are issued again, at most, in a day: each costs gas. */
export const REISSUES_A_DAY = 5

/**
 * Who lost an Account credential, or let it expire, proves again who they are as they did when they registered: a
 * citizen by an Identity credential of the same DID, a company by its administrator. They get the next version, pending
 * until the receipt; the lost one stays in force until then and never again.
 * @throws Refusal ERR_ACCOUNT_UNKNOWN, ERR_WRONG_ROLE, ERR_REPRESENTATIVE_DISABLED, ERR_REISSUE_NOT_NEEDED, ERR_TOO_MANY
 * and those of the presentation
 */
export async function reissueCredential(
  parts: AccessParts,
  it: { presentation: GivenProof; browser: string | undefined },
): Promise<Update & { kind: StoredAccount['kind'] }> {
  if (it.presentation.kind === 'openid4vp')
    throw new Refusal(
      422,
      'ERR_REISSUE_NOT_NEEDED',
      'an EU wallet signs in by the key to which its identity is bound and holds no Account credential; sign in',
    )
  const taken = await takePresentation(parts, it.presentation, {
    ...{ browser: it.browser, operation: 'reissue' },
    accepts: [['IdentityCredential'], ['RepresentativeCredential']],
  })
  const representative = credentialOf<RepresentativeClaims>(taken, 'RepresentativeCredential')
  const account = representative
    ? await companyOf(parts, representative)
    : await accountOf(parts, taken.holder, 'citizen')
  if (representative) await checkEndpoint(parts, representative.claims.company.walletEndpoint)
  const update = await issueAgain(parts, account)
  if (representative) {
    // The wallet that lost it may have been set up anew elsewhere; its DID is the company's, wherever it is.
    await moveWallet(parts.store.rows, account.account, representative.claims.company.walletEndpoint)
    parts.wakeDeliveries()
  }
  parts.log.note({
    ...{ caller: { kind: 'nobody' }, of: { who: taken.holder, account: account.account } },
    ...{ method: 'POST', route: '/v1/access/reissues', rule: 'public', outcome: 200, at: parts.now() },
  })
  return { ...update, kind: account.kind }
}

/** The next version in place of one that was lost; of one version there is one. */
export async function issueAgain(parts: AccessParts, { account, version }: StoredAccount): Promise<Update> {
  const { now, limits } = parts
  return issueNextVersion(parts, {
    ...{ account, addLines: [], request: `reissue of ${version}`, whenOneWaits: 'answer-it' },
    async check(rows) {
      const [today] = await rows<{ n: number }>(
        `SELECT count(*)::int AS n FROM account_credentials
         WHERE account = $1 AND request LIKE 'reissue of %' AND expires_at > $2`,
        [account, now() + CREDENTIAL_SECONDS - 86_400],
      )
      if ((today?.n ?? 0) >= REISSUES_A_DAY)
        throw new Refusal(
          429,
          'ERR_TOO_MANY',
          `this account's credential was issued again ${REISSUES_A_DAY} times within a day; try again tomorrow`,
          3600,
        )
      limits.registration(now() * 1000)
    },
  })
}

async function companyOf(parts: AccessParts, shown: Verified<RepresentativeClaims>): Promise<StoredAccount> {
  const did = (await parts.identity()).parseDid(shown.claims.company.did)
  if (!did.ok) throw new Refusal(422, did.code, did.reason)
  const account = await accountOf(parts, did.value, 'company')
  const known = (await usersOf(parts.store, account.account)).find(({ did: one }) => one === shown.subject)
  if (known?.disabled)
    throw new Refusal(
      403,
      'ERR_REPRESENTATIVE_DISABLED',
      "the company's administrator disabled this representative; ask them",
    )
  const roles = rolesOfRepresentative(shown.claims.roles, known?.limited_roles ?? null)
  if (!roles.includes('administrator'))
    throw new Refusal(
      403,
      'ERR_WRONG_ROLE',
      `only an administrator asks for the company's credential again; this representative has ${roles.length === 0 ? 'no role' : `the roles ${roles.join(', ')}`}`,
    )
  return account
}

async function accountOf(parts: AccessParts, did: string, kind: StoredAccount['kind']): Promise<StoredAccount> {
  const id: Hex = (await parts.identity()).accountIdOf(did)
  const account = await readAccount(parts.store.rows, id)
  if (account?.kind === kind) return account
  throw new Refusal(
    403,
    'ERR_ACCOUNT_UNKNOWN',
    `no ${kind} has an account under this DID; register first, or show the credential that you registered with`,
  )
}
