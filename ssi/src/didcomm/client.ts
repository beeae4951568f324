import { OpemError } from '@opem/domain'
import type { Did, ResolvedDid } from '../did/index.ts'
import type { GuardedFetch } from '../guarded-fetch/index.ts'
import type { DidcommMessage } from './check-message.ts'
import { createDidcomm, type DidcommOptions, type Draft } from './didcomm.ts'
import { type Acceptance, acceptanceIn, issueCredentialMessage } from './issue-credential.ts'
import { ENCRYPTED_MEDIA_TYPE } from './message-types.ts'
import { type PresentationRequest, presentationIn, requestPresentationMessage } from './present-proof.ts'
import { problemIn } from './problem-report.ts'

export interface DidcommClient {
  /** Hands a credential to a company's wallet (issue-credential 3.0). `thid` continues in the presentation that follows. */
  issueToWallet(
    endpoint: string,
    companyDid: Did,
    credentialJwt: string,
  ): Promise<{ readonly thid: string; readonly acceptance: Acceptance }>
  /** Asks a company's wallet for a presentation (present-proof 3.0). @returns the VP-JWT, not verified */
  requestPresentation(
    endpoint: string,
    companyDid: Did,
    request: PresentationRequest & { readonly thid?: string },
  ): Promise<string>
}

/** Where a DID takes messages: the first DIDCommMessaging service of its document with a URL. */
export function didcommEndpointOf({ services }: Pick<ResolvedDid, 'services'>): string | undefined {
  for (const { type, serviceEndpoint } of services) {
    if (type !== 'DIDCommMessaging') continue
    const first: unknown = Array.isArray(serviceEndpoint) ? serviceEndpoint[0] : serviceEndpoint
    const uri = typeof first === 'object' && first !== null && 'uri' in first ? first.uri : first
    if (typeof uri === 'string') return uri
  }
  return undefined
}

/**
 * Speaks to wallets over HTTP: one POST, whose answer comes back in the response (return-route `all`).
 * Every method throws ERR_WALLET_REFUSED (the wallet said no: `details.code`, `details.reason`), ERR_WALLET_ANSWER (its
 * answer is not one), retryable ERR_WALLET_UNREACHABLE, and what the fetch throws when the endpoint is not allowed.
 */
export function createDidcommClient(
  options: Omit<DidcommOptions, 'seen'> & { readonly fetch: GuardedFetch },
): DidcommClient {
  const didcomm = createDidcomm(options)

  async function exchange(endpoint: string, to: Did, draft: Draft): Promise<DidcommMessage & { thread: string }> {
    const { id, packed } = await didcomm.pack(to, draft)
    const thread = draft.thid ?? id
    const response = await post(options.fetch, endpoint, packed)
    const answer = await didcomm.unpack(await response.text())
    if (!answer.ok) throw strange(to, answer.reason)
    if (answer.value.from !== to) throw strange(to, `the answer is from ${answer.value.from}`)
    if ((answer.value.thid ?? answer.value.pthid) !== thread) throw strange(to, 'the answer is to another message')
    const problem = problemIn(answer.value)
    if (problem) {
      throw new OpemError({
        code: 'ERR_WALLET_REFUSED',
        shortMessage: `The wallet of ${to} refused: ${problem.reason} (${problem.code})`,
        details: { ...problem },
      })
    }
    return { ...answer.value, thread }
  }

  return {
    issueToWallet: async (endpoint, companyDid, credentialJwt) => {
      const { thread, ...answer } = await exchange(endpoint, companyDid, issueCredentialMessage(credentialJwt))
      const acceptance = acceptanceIn(answer)
      if (acceptance === undefined) throw strange(companyDid, 'it does not say whether the credential was taken')
      return { thid: thread, acceptance }
    },
    requestPresentation: async (endpoint, companyDid, { thid, ...request }) => {
      const answer = await exchange(endpoint, companyDid, requestPresentationMessage(request, thid))
      const jwt = presentationIn(answer)
      if (jwt === undefined) throw strange(companyDid, 'it holds no presentation')
      return jwt
    },
  }
}

const strange = (wallet: string, reason: string): OpemError =>
  new OpemError({
    code: 'ERR_WALLET_ANSWER',
    shortMessage: `The wallet of ${wallet} gave no usable answer: ${reason}.`,
  })

async function post(fetch: GuardedFetch, endpoint: string, body: string): Promise<Response> {
  const headers = { 'content-type': ENCRYPTED_MEDIA_TYPE, accept: ENCRYPTED_MEDIA_TYPE }
  const response = await fetch(endpoint, { method: 'POST', headers, body }).catch((cause: unknown) => {
    if (!(cause instanceof OpemError && cause.retryable)) throw cause
    throw new OpemError({
      code: 'ERR_WALLET_UNREACHABLE',
      shortMessage: `The wallet at ${new URL(endpoint).origin} does not answer: is it running?`,
      cause,
      retryable: true,
    })
  })
  const type = response.headers.get('content-type')?.split(';')[0]
  if (response.status === 200 && type === ENCRYPTED_MEDIA_TYPE) return response
  throw new OpemError({
    code: response.status >= 500 ? 'ERR_WALLET_UNREACHABLE' : 'ERR_WALLET_ANSWER',
    shortMessage: `The wallet at ${new URL(endpoint).origin} answered ${response.status} ${type ?? ''} instead of a message.`,
    retryable: response.status >= 500,
  })
}
