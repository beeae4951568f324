import {
  type AgreementDocument,
  type AgreementTermsJson,
  agreementTypedData,
  agreementWords,
  contentDigest,
  type Hex,
  parseAgreementTerms,
} from '@opem/domain'
import { openKeyFile } from '@opem/ssi'
import type { Command } from 'commander'
import { type LocalAccount, sha256 } from 'viem'
import { refusal } from '../failure.ts'
import { type Instance, openInstance, type Where, withWhere } from '../instance/instance.ts'
import { readDeployment } from '../up/deployment.ts'
import { keyFileOf } from '../wallet/names.ts'

export interface AgreementOptions extends Where {
  readonly json?: boolean
}

/** A verb about agreements: where, as whom, and how it answers. */
export const agreementVerb = (parent: Command, name: string, description: string): Command =>
  withWhere(parent.command(name).description(description)).option('--json', 'one JSON object for machines')

/** Somebody who signs agreements from the command line: their key, and the marketplace as they are signed in there. */
export interface SigningParty {
  readonly instance: Instance
  readonly wallet: string
  readonly key: LocalAccount
  /** Address of the AgreementRegistry. */
  readonly agreements: Hex
}

/** @throws ERR_WALLET without --as, ERR_KEY_FILE_MISSING, ERR_NO_DEPLOYMENT */
export async function openParty(options: AgreementOptions): Promise<SigningParty> {
  const wallet = options.as ?? process.env.OPEM_WALLET
  if (!wallet) throw refusal('ERR_WALLET', 'An agreement has parties: name the wallet that is signed in with --as.')
  const instance = await openInstance(options)
  const key = await openKeyFile(keyFileOf(wallet))
  // The own deployment first: a signature is for one contract, and the API is not asked which.
  const local = readDeployment(instance.home)
  const known = local?.chainId === instance.chainId ? local.addresses.AgreementRegistry : undefined
  const agreements = (known ??
    (await instance.api.get<{ addresses: Record<string, string> }>('/v1/settings')).addresses.AgreementRegistry) as
    | Hex
    | undefined
  if (agreements === undefined)
    throw refusal('ERR_NO_DEPLOYMENT', 'This marketplace does not say where its AgreementRegistry is.')
  return { instance, wallet, key, agreements }
}

/** What the API tells a party of an agreement. */
export interface ShownAgreement {
  readonly id: Hex
  readonly side: 'consumer' | 'provider'
  readonly stage: string
  readonly turn: 'consumer' | 'provider' | null
  readonly terms: AgreementTermsJson
  readonly document: AgreementDocument | null
  readonly signatures: { readonly consumer: Hex; readonly provider: Hex } | null
  readonly reason: string | null
  readonly endsAt: string | null
  readonly extension: {
    readonly end: number
    readonly deadline: number
    readonly by: 'consumer' | 'provider'
    readonly state: string
    readonly signatures: { readonly consumer: Hex; readonly provider: Hex } | null
  } | null
  readonly credential: {
    readonly version: number | null
    readonly state: string
    readonly credential: string | null
  } | null
  readonly events: readonly { readonly at: string; readonly what: string }[]
}

export const showAgreement = (party: SigningParty, id: string): Promise<ShownAgreement> =>
  party.instance.api.get(`/v1/agreements/${id}`)

/** The agreement in words, one line each. @throws ERR_AGREEMENT_DOCUMENT when the words are not those of the digest */
export function wordsOf({ terms, document }: { terms: AgreementTermsJson; document: AgreementDocument }): string[] {
  if (contentDigest(document, sha256) !== terms.terms)
    throw refusal('ERR_AGREEMENT_DOCUMENT', 'The words are not those whose digest would be signed. Nothing was signed.')
  return agreementWords(parseAgreementTerms(terms), document).map(({ title, text }) => `${title}: ${text}`)
}

/** Signs terms whose words were checked. */
export const signTerms = ({ key, instance, agreements }: SigningParty, terms: AgreementTermsJson): Promise<Hex> =>
  key.signTypedData!(
    agreementTypedData({ chainId: instance.chainId, agreements, agreement: parseAgreementTerms(terms) }),
  )

/** @throws ERR_OPTION for `text` without `=` @example pairsOf(['a=1']) // { a: '1' } */
export function pairsOf(texts: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=')
      if (at < 1) throw refusal('ERR_OPTION', `"${text}" needs the form name=value.`)
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}
