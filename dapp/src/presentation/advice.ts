/** What a person can do about a refusal, by its stable code; what was wrong the refusal says itself. */
const ADVICE: Record<string, string> = {
  ERR_VP_SHAPE:
    'Load this page again and try once more: your wallet or this page answered in a form that is not known.',
  ERR_VP_CHALLENGE: 'Try again: every signature answers a fresh question, and this one was used or too old.',
  ERR_VP_EXPIRED: 'Try again, and sign within two minutes.',
  ERR_VP_AUDIENCE: 'Try again from this page; the signature was made for another marketplace.',
  ERR_VP_OPERATION: 'Try again from this page; the signature was made for something else.',
  ERR_VP_SIGNATURE: 'Check that the right account is chosen in your wallet, then try again.',
  ERR_VP_HOLDER: 'Connect the wallet to which the credential was issued, or ask its issuer for one of your own.',
  ERR_VP_TYPES: 'Choose other credentials: this step needs exactly the kinds that it names.',
  ERR_VC_SHAPE: 'Import the credential again exactly as its issuer sent it.',
  ERR_VC_MEMBERS: 'Import the credential again exactly as its issuer sent it: it has parts that do not belong there.',
  ERR_VC_SIGNATURE:
    'The credential was changed after it was issued. Import the original again, or ask its issuer for a new one.',
  ERR_VC_ISSUER:
    'Ask somebody who may issue it: your company for a Representative credential, an accredited issuer for a person’s or a meter’s.',
  ERR_VC_EXPIRED: 'Ask the issuer for a new credential, and import it on “My credentials”.',
  ERR_VC_NOT_YET: 'Come back when the credential has begun, or ask its issuer for one that has.',
  ERR_VC_REVOKED: 'The issuer took this credential back. Ask the issuer why, and for a new one.',
  ERR_VC_SCHEMA:
    'The credential lacks something this marketplace needs. Ask its issuer for one after the published schema.',
  ERR_ALG: 'The credential is signed in a way that is not taken here. Ask its issuer for one signed with ES256K.',
  ERR_DID: 'Connect a wallet on this marketplace’s chain, and ask for a credential that names its DID.',
  ERR_CHAIN_UNREACHABLE:
    'Nothing is wrong with your credential: it cannot be checked while the chain is away. Try again in a minute.',
  ERR_CHAIN_AWAY: 'Try again in a moment; what was begun goes on by itself.',
  ERR_CHAIN_REFUSED: 'Begin again; if it is refused again, write to the marketplace’s operator.',
  ERR_TERMS: 'Load this page again, read the new terms, and accept them.',
  ERR_WRONG_ROLE: 'Ask your company for a Representative credential with the role “administrator”.',
  ERR_ACCOUNT_EXISTS: 'There is an account for this DID already: sign in instead, or finish its registration.',
  ERR_ACCOUNT_UNKNOWN: 'Register first, or choose another credential.',
  ERR_ACCOUNT_VERSION:
    'Import the newest version of your Account credential on “My credentials”, and sign in with it; or, if it is lost, ask for it again on “Sign in”.',
  ERR_RENEWAL_EARLY: 'Come back on the day that is named; until then your credential is good.',
  ERR_RENEWAL_LATE: 'Ask for it on “Sign in”, under “I lost my Account credential”.',
  ERR_TOO_MANY: 'Wait for as long as it says, then try again.',
  ERR_NO_UPDATE: 'Load this page again: nothing waits any more.',
  ERR_MACHINE_UNKNOWN: 'Load this page again: the machine is not one of your company’s.',
  ERR_ACCOUNT_NOT_ACTIVE:
    'An account that is pending becomes active when its receipt is signed. What else is named here only the marketplace’s operator can change: write to them.',
  ERR_AGREEMENT_SIGNATURE: 'Connect the wallet of your account at the top of the page, then sign again.',
  ERR_APPROVAL_SIGNATURE: 'Connect a wallet with the operators’ role at the top of the page, then sign again.',
  ERR_CONSENT_SIGNATURE: 'Connect the wallet with which you joined the community, then sign again.',
  ERR_RATING_SIGNATURE: 'Connect the wallet of your account at the top of the page, then sign again.',
  ERR_VOUCHER_SIGNATURE: 'Connect the wallet of your account at the top of the page, then sign again.',
  ERR_ACCOUNT_HOLDER: 'Show the account of the company that your Representative credential names, or your own.',
  ERR_REPRESENTATIVE_DISABLED: 'Ask your company’s administrator to enable you on the page “Company”.',
  ERR_WALLET: 'Start your company’s wallet (opem wallet serve) and try again, or import the Account credential here.',
  ERR_RECEIPT_UNKNOWN: 'Show the Account credential that was issued last.',
  ERR_RECEIPT_EXPIRED: 'Register again: the credential waited too long for its receipt.',
  ERR_DATA_SOURCE: 'Import the Data-source credential of each meter, issued to the wallet that signs the consent.',
  ERR_NOT_ALLOWED: 'Ask your company’s administrator for the role, or the marketplace’s operator for the account.',
  ERR_SIGN_IN_NEEDED: 'Sign in again.',
}

/** @example adviceFor('ERR_VP_EXPIRED') // 'Try again, and sign within two minutes.' */
export const adviceFor = (code: string): string | undefined => (Object.hasOwn(ADVICE, code) ? ADVICE[code] : undefined)
