/** The messages that wallets and the marketplace exchange: issue-credential 3.0, present-proof 3.0, report-problem 2.0. */
export const ISSUE_CREDENTIAL = 'https://didcomm.org/issue-credential/3.0/issue-credential'
export const ISSUE_ACK = 'https://didcomm.org/issue-credential/3.0/ack'
export const REQUEST_PRESENTATION = 'https://didcomm.org/present-proof/3.0/request-presentation'
export const PRESENTATION = 'https://didcomm.org/present-proof/3.0/presentation'
export const PROBLEM_REPORT = 'https://didcomm.org/report-problem/2.0/problem-report'

/** What an HTTP body holds (DIDComm v2 §"Transports": the media type of an encrypted message). */
export const ENCRYPTED_MEDIA_TYPE = 'application/didcomm-encrypted+json'
