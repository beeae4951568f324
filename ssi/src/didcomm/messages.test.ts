import { expect, test } from 'vitest'
import type { DidcommMessage } from './check-message.ts'
import type { Draft } from './didcomm.ts'
import { acceptanceIn, ackMessage, credentialIn, issueCredentialMessage } from './issue-credential.ts'
import {
  presentationIn,
  presentationMessage,
  presentationRequestIn,
  requestPresentationMessage,
} from './present-proof.ts'
import { problemIn, problemMessage } from './problem-report.ts'

const CHALLENGE = `0x${'ab'.repeat(32)}` as const
const HASH = `0x${'cd'.repeat(32)}` as const
const received = (draft: Draft): DidcommMessage =>
  ({ id: '1', from: 'did:example:a', to: ['did:example:b'], created_time: 0, ...draft }) as DidcommMessage
const request = { operation: 'receipt', challenge: CHALLENGE, audience: 'did:example:m', types: ['AccountCredential'] }

test('a credential arrives as it was sent, and is asked for an answer in the same exchange', () => {
  const message = received(issueCredentialMessage('e30.e30.AA'))
  expect(message).toMatchObject({
    type: 'https://didcomm.org/issue-credential/3.0/issue-credential',
    return_route: 'all',
    attachments: [{ media_type: 'application/jwt', data: { base64: 'ZTMwLmUzMC5BQQ' } }],
  })
  expect(credentialIn(message)).toBe('e30.e30.AA')
})

test('two credentials at once, none, or something that is no JWT is no credential', () => {
  const [one] = received(issueCredentialMessage('e30.e30.AA')).attachments!
  const base = received(issueCredentialMessage('e30.e30.AA'))
  expect(credentialIn({ ...base, attachments: [one!, one!] })).toBeUndefined()
  expect(credentialIn({ ...base, attachments: [] })).toBeUndefined()
  expect(credentialIn(received(issueCredentialMessage('no JWT')))).toBeUndefined()
})

test('a credential or presentation that calls itself one of data model 2.0 is none', () => {
  for (const [message, media_type, read] of [
    [issueCredentialMessage('e30.e30.AA'), 'application/vc+jwt', credentialIn],
    [presentationMessage('t', 'e30.e30.AA'), 'application/vp+jwt', presentationIn],
  ] as const) {
    const [attachment] = received(message).attachments!
    expect(read(received(message))).toBe('e30.e30.AA')
    expect(read({ ...received(message), attachments: [{ ...attachment!, media_type }] })).toBeUndefined()
  }
})

test('an acknowledgement says whether the credential was accepted or waits', () => {
  expect(ackMessage('t', 'pending').body).toEqual({ status: 'PENDING' })
  expect(acceptanceIn(received(ackMessage('t', 'pending')))).toBe('pending')
  expect(acceptanceIn(received(ackMessage('t', 'accepted')))).toBe('accepted')
  expect(acceptanceIn({ ...received(ackMessage('t', 'accepted')), body: { status: 'FAIL' } })).toBeUndefined()
})

test('a request is in the form of DIF Presentation Exchange, and is read back to the last member', () => {
  const message = received(requestPresentationMessage({ ...request, credentials: [HASH] }, 'thread'))
  expect(message).toMatchObject({ thid: 'thread', body: { goal_code: 'opem.receipt', will_confirm: false } })
  expect(message.attachments?.[0]).toMatchObject({
    format: 'dif/presentation-exchange/definitions@v1.0',
    data: { json: { options: { challenge: CHALLENGE, domain: 'did:example:m' } } },
  })
  expect(presentationRequestIn(message)).toEqual({ ok: true, value: { ...request, credentials: [HASH] } })
  expect(presentationRequestIn(received(requestPresentationMessage(request)))).toEqual({ ok: true, value: request })
})

test('a request in another form is refused: another format, more members, no challenge, another goal', () => {
  const message = received(requestPresentationMessage(request))
  const [attachment] = message.attachments!
  const json = (attachment!.data as { json: { options: object } }).json
  const changed = (data: object) => ({ ...message, attachments: [{ ...attachment!, data: { json: data } }] })
  const named = JSON.parse(JSON.stringify(json).replace('"name":"AccountCredential"', '"name":"IdentityCredential"'))
  for (const bad of [
    changed(named),
    { ...message, body: {} },
    { ...message, body: { goal_code: 'else.receipt' } },
    { ...message, attachments: [] },
    { ...message, attachments: [{ ...attachment!, format: 'aries/other' }] },
    changed({ ...json, more: 1 }),
    changed({ ...json, options: { domain: 'did:example:m' } }),
    changed({ ...json, options: { ...json.options, challenge: 'short' } }),
  ]) {
    expect(presentationRequestIn(bad as DidcommMessage)).toMatchObject({ ok: false, code: 'ERR_REQUEST_SHAPE' })
  }
})

test('a request that names the hash of one credential of two is refused', () => {
  const two = { ...request, types: ['AccountCredential', 'RepresentativeCredential'], credentials: [HASH] }
  expect(presentationRequestIn(received(requestPresentationMessage(two)))).toMatchObject({ ok: false })
})

test('a presentation belongs to its thread and carries one JWT', () => {
  const message = received(presentationMessage('thread', 'e30.e30.AA'))
  expect([message.thid, presentationIn(message)]).toEqual(['thread', 'e30.e30.AA'])
})

test('a problem keeps its code and sentence; another party’s is cut', () => {
  const problem = { code: 'ERR_WALLET_NOT_ACCEPTED', reason: 'It waits.' }
  const message = received(problemMessage('thread', problem))
  expect(message).toMatchObject({ pthid: 'thread', body: { code: 'e.p.opem.err-wallet-not-accepted' } })
  expect(problemIn(message)).toEqual(problem)
  const foreign = { ...message, body: { code: 'e.p.xfer', comment: 'x'.repeat(1000) } }
  expect(problemIn(foreign)).toEqual({ code: 'e.p.xfer', reason: 'x'.repeat(400) })
})
