/** What a person can do about a refusal, by its stable code; what was wrong the refusal says itself. */
const ADVICE: Record<string, string> = {
  ERR_VP_CHALLENGE: 'Try again: every signature answers a fresh question, and this one was used or too old.',
  ERR_VP_EXPIRED: 'Try again, and sign within two minutes.',
  ERR_VP_AUDIENCE: 'Try again from this page; the signature was made for another marketplace.',
  ERR_VP_OPERATION: 'Try again from this page; the signature was made for something else.',
  ERR_VP_SIGNATURE: 'Check that the right account is chosen in your wallet, then try again.',
  ERR_VP_HOLDER: 'Connect the wallet to which the credential was issued, or ask its issuer for one of your own.',
  ERR_VP_TYPES: 'Choose other credentials: this step needs exactly the kinds that it names.',
  ERR_VC_SIGNATURE:
    'The credential was changed after it was issued. Import the original again, or ask its issuer for a new one.',
  ERR_VC_ISSUER:
    'Ask somebody who may issue it: your company for a Representative credential, an accredited identity issuer for a person’s.',
  ERR_VC_EXPIRED: 'Ask the issuer for a new credential, and import it on “My credentials”.',
  ERR_VC_NOT_YET: 'Come back when the credential has begun, or ask its issuer for one that has.',
  ERR_VC_REVOKED: 'The issuer took this credential back. Ask the issuer why, and for a new one.',
  ERR_VC_SCHEMA:
    'The credential lacks something this marketplace needs. Ask its issuer for one after the published schema.',
  ERR_VC_SHAPE: 'Import the credential again exactly as its issuer sent it.',
  ERR_VC_MEMBERS: 'Import the credential again exactly as its issuer sent it: it has parts that do not belong there.',
  ERR_CHAIN_UNREACHABLE:
    'Nothing is wrong with your credential. Try again in a minute: it cannot be checked while the chain is away.',
  ERR_NOT_ALLOWED: 'Ask your company’s administrator for the role, or the marketplace’s operator for the account.',
  ERR_SIGN_IN_NEEDED: 'Sign in again.',
}

/** Families of codes whose last part says what is needed. */
const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/SUSPENDED/, 'The account is suspended. Write to the marketplace’s operator, who can reinstate it.'],
  [/ACCOUNT.*REVOKED/, 'The account is closed for good. Register again with another DID.'],
  [/SUPERSEDED|VERSION/, 'A newer version of this credential exists. Import the newest one and try again.'],
  [/WALLET/, 'Start the company’s wallet (`opem wallet serve`), check its address, and try again.'],
  [/EXISTS|TAKEN/, 'There is an account already: sign in instead.'],
]

/** @example adviceFor('ERR_VP_EXPIRED') // 'Try again, and sign within two minutes.' */
export const adviceFor = (code: string): string | undefined =>
  ADVICE[code] ?? FAMILIES.find(([family]) => family.test(code))?.[1]
