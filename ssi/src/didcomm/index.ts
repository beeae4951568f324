export { type AgreementKey, agreementKeyOf, createAgreementKey } from './agreement-key.ts'
export type { DidcommCode, DidcommMessage } from './check-message.ts'
export { createDidcommClient, type DidcommClient, didcommEndpointOf } from './client.ts'
export { createDidcomm, type Didcomm, type DidcommOptions, type Draft, MAX_BYTES } from './didcomm.ts'
export { type Acceptance, acceptanceIn, ackMessage, credentialIn, issueCredentialMessage } from './issue-credential.ts'
export * from './message-types.ts'
export {
  type PresentationRequest,
  presentationIn,
  presentationMessage,
  presentationRequestIn,
  requestPresentationMessage,
} from './present-proof.ts'
export { type Problem, problemIn, problemMessage } from './problem-report.ts'
export { createSeenMessages, type SeenMessages } from './seen-messages.ts'
