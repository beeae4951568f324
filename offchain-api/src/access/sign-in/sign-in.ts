import { type Hex, OpemError } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import type { AccessParts } from '../access.ts'
import { readAccount, type StoredAccount } from '../accounts/accounts.ts'
import { makeChallenge, WALLET } from '../challenge/challenges.ts'
import { rememberUser } from '../company/users.ts'
import { credentialOfHash } from '../contract/credentials.ts'
import type { AccountClaims, RepresentativeClaims, Verified } from '../identity.ts'
import { credentialOf, takePresentation } from '../presentation/take-presentation.ts'
import type { GivenProof } from '../proof.ts'
import { openSession } from '../session/sessions.ts'

const ACCEPTS = [
  ['AccountCredential'],
  ['RepresentativeCredential', 'AccountCredential'],
  ['RepresentativeCredential'],
] as const
// An EU wallet holds no VC-JWT: the account is that of the key to which its identity is bound.
const ACCEPTS_OF_EU_WALLETS = [['IdentityCredential']] as const

/**
 * Opens a session for the holder of an account, or for a company's representative. A representative who does not bring
 * the Account credential has it asked of the company's wallet.
 * @throws Refusal: the verifier's codes, ERR_ACCOUNT_UNKNOWN, ERR_ACCOUNT_VERSION (superseded), ERR_ACCOUNT_NOT_ACTIVE,
 * ERR_ACCOUNT_HOLDER, ERR_REPRESENTATIVE_DISABLED, ERR_WALLET
 */
export async function signIn(
  parts: AccessParts,
  it: { presentation: GivenProof; browser: string | undefined },
): Promise<{ id: string; handle: string }> {
  const { store, now, log } = parts
  const taken = await takePresentation(parts, it.presentation, {
    ...{ browser: it.browser, operation: 'sign-in' },
    accepts: it.presentation.kind === 'openid4vp' ? ACCEPTS_OF_EU_WALLETS : ACCEPTS,
  })
  if (credentialOf(taken, 'IdentityCredential')) return signInOfKey(parts, taken.holder)
  const representative = credentialOf<RepresentativeClaims>(taken, 'RepresentativeCredential')
  const presented = credentialOf<AccountClaims>(taken, 'AccountCredential')
  const accountCredential = presented ?? (await askCompany(parts, representative!))
  const account = await accountInForce(parts, accountCredential)

  if (!representative) {
    if (accountCredential.subject !== taken.holder) throw notHolder()
  } else {
    const company = (await parts.identity()).parseDid(representative.claims.company.did)
    if (!company.ok || company.value !== account.did || account.kind !== 'company') throw notHolder()
    const { name, email, roles } = representative.claims
    const seen = { account: account.account, did: taken.holder, name, email, roles, now: now() }
    if ((await rememberUser(store, seen))?.disabled !== false)
      throw new Refusal(
        403,
        'ERR_REPRESENTATIVE_DISABLED',
        "the company's administrator disabled this representative; ask them",
      )
  }
  const session = await openSession(store, {
    account: account.account,
    did: taken.holder,
    representative: representative !== undefined,
    name: representative?.claims.name ?? account.name,
    accountVersion: account.version,
    credentialIssuer: representative?.issuer,
    credentialJti: representative?.jti,
    now: now(),
  })
  log.signIn(account.account, now())
  return session
}

async function signInOfKey(parts: AccessParts, did: string): Promise<{ id: string; handle: string }> {
  const { store, now, log } = parts
  const identity = await parts.identity()
  const account = await readAccount(store.rows, identity.accountIdOf(did))
  if (!account)
    throw new Refusal(403, 'ERR_ACCOUNT_UNKNOWN', 'the key of this wallet has no account here; register first')
  if (account.status !== 'active') throw notActive(account.status, account.reason)
  const onChain = await identity.accountOnChain(account.account)
  if (onChain.status !== 'active') throw notActive(onChain.status, null)
  const session = await openSession(store, {
    ...{ account: account.account, did, representative: false, name: account.name, accountVersion: account.version },
    ...{ credentialIssuer: undefined, credentialJti: undefined, now: now() },
  })
  log.signIn(account.account, now())
  return session
}

/** The account that a credential opens: its version is the one in force, here and on the chain. */
async function accountInForce({ store, identity }: AccessParts, { hash, subject }: Verified): Promise<StoredAccount> {
  const credential = await credentialOfHash(store.rows, hash)
  const account = credential && (await readAccount(store.rows, credential.account))
  if (!credential || account?.did !== subject)
    throw new Refusal(403, 'ERR_ACCOUNT_UNKNOWN', 'no account here has this Account credential; register first')
  if (account.status !== 'active') throw notActive(account.status, account.reason)
  const company = account.company === null ? undefined : await readAccount(store.rows, account.company)
  if (company && company.status !== 'active')
    throw new Refusal(
      403,
      'ERR_ACCOUNT_NOT_ACTIVE',
      `the account of this machine's company is ${company.status}; ask the company's administrator`,
    )
  if (account.credentialHash !== hash)
    throw new Refusal(
      403,
      'ERR_ACCOUNT_VERSION',
      `version ${credential.version} of the Account credential was presented, version ${account.version} is in force; present that one`,
    )
  const onChain = await (await identity()).accountOnChain(account.account)
  if (onChain.status !== 'active') throw notActive(onChain.status, null)
  if (onChain.credentialHash !== hash)
    throw new Refusal(
      403,
      'ERR_ACCOUNT_VERSION',
      `version ${onChain.version} of the Account credential is in force on the chain; present that one`,
    )
  return account
}

async function askCompany(
  parts: AccessParts,
  representative: Verified<RepresentativeClaims>,
): Promise<Verified<AccountClaims>> {
  const { store, now } = parts
  const identity = await parts.identity()
  const did = identity.parseDid(representative.claims.company.did)
  const account = did.ok ? await readAccount(store.rows, identity.accountIdOf(did.value)) : undefined
  if (!account || account.walletEndpoint === null)
    throw new Refusal(
      403,
      'ERR_ACCOUNT_UNKNOWN',
      'the company of this representative has no account here; its administrator registers it',
    )
  if (account.status !== 'active') throw notActive(account.status, account.reason)
  const { challenge } = await makeChallenge(store, {
    ...{ browser: WALLET, operation: 'sign-in', account: account.account, now: now() },
  })
  const company = { endpoint: account.walletEndpoint, did: account.did }
  let jwt: string
  try {
    jwt = await (await parts.wallet()).ask(company, {
      ...{
        challenge,
        operation: 'sign-in',
        types: ['AccountCredential'],
        credentials: [account.credentialHash as Hex],
      },
    })
  } catch (cause) {
    if (cause instanceof OpemError && cause.retryable && !/^ERR_(FETCH|WALLET)_/.test(cause.code)) throw cause
    const why = cause instanceof OpemError ? cause.code : 'no usable answer'
    throw new Refusal(
      502,
      'ERR_WALLET',
      `the company's wallet did not present the Account credential (${why}); see that it runs, or bring the credential yourself`,
    )
  }
  const taken = await takePresentation(
    parts,
    { kind: 'vp-jwt', jwt },
    {
      ...{ browser: WALLET, operation: 'sign-in', accepts: [['AccountCredential']] },
    },
  )
  if (taken.account !== account.account || taken.holder !== account.did) throw notHolder()
  return credentialOf<AccountClaims>(taken, 'AccountCredential')!
}

const notActive = (status: string, reason: string | null) =>
  new Refusal(
    403,
    'ERR_ACCOUNT_NOT_ACTIVE',
    `the account is ${status}${reason === null ? '' : `: ${reason}`}; ${status === 'pending' ? 'present its receipt first' : 'ask the operator'}`,
  )

const notHolder = () =>
  new Refusal(
    403,
    'ERR_ACCOUNT_HOLDER',
    'the Account credential is not of this holder, nor of the company that the representative acts for; present your own',
  )
