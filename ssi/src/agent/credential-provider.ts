import type { IAgentContext, IDIDManager, IKeyManager, VerifiableCredential } from '@veramo/core'
import type { ICredentialProvider } from '@veramo/credential-w3c'
import { isCredentialType } from '../credential/claims.ts'
import { credentialPayload } from '../credential/issue.ts'
import { encodeBase64url } from '../did/base64url.ts'
import type { Did } from '../did/did.ts'

type Context = IAgentContext<IKeyManager & IDIDManager>

const encode = (value: unknown): string => encodeBase64url(new TextEncoder().encode(JSON.stringify(value)))
const seconds = (instant: string | undefined): number => Math.floor(Date.parse(instant ?? '') / 1000)
const refuse = (): never => {
  throw new Error('not_supported: the agent only issues; verify with @opem/ssi/verifier')
}

/**
 * Issues the marketplace's credential types through a Veramo agent, byte for byte as `issueCredential` does, with the key
 * that controls the issuer's DID. It verifies nothing.
 */
export const opemCredentialProvider: ICredentialProvider = {
  getProofFormatsSupportedForKey: ({ type }) => (type === 'Secp256k1' ? ['jwt'] : []),
  canIssueProofFormat: ({ proofFormat }) => proofFormat === 'jwt',
  canVerifyDocumentType: () => false,
  createVerifiablePresentation: async () => refuse(),
  verifyCredential: async () => refuse(),
  verifyPresentation: async () => refuse(),
  createVerifiableCredential: async ({ credential }, context) => {
    const type = [credential.type ?? []].flat().find(isCredentialType)
    const { id: subject, ...claims } = credential.credentialSubject ?? {}
    if (type === undefined || !subject)
      throw new Error('invalid_argument: a credential needs a known type and a subject')
    const issuer = typeof credential.issuer === 'string' ? credential.issuer : credential.issuer.id
    const { agent } = context as unknown as Context
    const { controllerKeyId } = await agent.didManagerGet({ did: issuer })
    const payload = credentialPayload({
      issuer: issuer as Did,
      subject: subject as Did,
      type,
      claims: claims as never,
      issuedAt: seconds(credential.issuanceDate as string | undefined),
      expiresAt: seconds(credential.expirationDate as string | undefined),
      ...(credential.id === undefined ? {} : { jti: credential.id }),
    })
    const input = `${encode({ alg: 'ES256K', typ: 'JWT' })}.${encode(payload)}`
    const signature = await agent.keyManagerSign({ keyRef: controllerKeyId!, data: input, algorithm: 'ES256K' })
    return { ...credential, proof: { type: 'JwtProof2020', jwt: `${input}.${signature}` } } as VerifiableCredential
  },
}
