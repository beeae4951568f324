import { OpemError } from '@opem/domain'
import { expect, test } from 'vitest'
import type { Did } from '../did/index.ts'
import { checkMessage } from './check-message.ts'
import { createDidcomm } from './didcomm.ts'
import { libraryPorts, openEnvelope, sealEnvelope } from './library.ts'
import { createSeenMessages } from './seen-messages.ts'
import { partyOf, resolverOf } from './testing/parties.ts'

const [alice, bob, mallory] = [partyOf(1), partyOf(2), partyOf(3)]
const resolver = resolverOf([alice, bob, mallory])
const NOW = 1_800_000_000
const speaker = ({ did, key }: typeof alice, now = NOW, extra = {}) =>
  createDidcomm({ did, keys: [key], resolver, now: () => now, ...extra })
const hello = { type: 'https://didcomm.org/trust-ping/2.0/ping', body: { response_requested: false } }
const portsOf = ({ did, key }: typeof alice) => libraryPorts(did, [key], resolver, 31337)

/** A message whose members the sender chose freely, sealed by the library itself. */
const sealed = (message: object, from = alice): Promise<string> =>
  sealEnvelope(
    {
      id: '1',
      typ: 'application/didcomm-plain+json',
      from: from.did,
      to: [bob.did],
      created_time: NOW,
      ...hello,
      ...message,
    },
    bob.did,
    from.did,
    portsOf(from),
  )

test('a message is opened by its recipient, who learns its sender', async () => {
  const { id, packed } = await speaker(alice).pack(bob.did, hello)
  const opened = await speaker(bob).unpack(packed)
  expect(opened).toMatchObject({
    ok: true,
    value: {
      id,
      from: 'did:ethr:0x7a69:0x1111111111111111111111111111111111111111',
      to: ['did:ethr:0x7a69:0x2222222222222222222222222222222222222222'],
      created_time: 1_800_000_000,
      expires_time: 1_800_000_600,
      body: { response_requested: false },
    },
  })
})

test('an envelope says who sealed it and how: ECDH-1PU with A256KW, A256CBC-HS512', async () => {
  const { packed } = await speaker(alice).pack(bob.did, hello)
  const header = JSON.parse(Buffer.from(JSON.parse(packed).protected, 'base64url').toString())
  expect(header).toMatchObject({
    typ: 'application/didcomm-encrypted+json',
    alg: 'ECDH-1PU+A256KW',
    enc: 'A256CBC-HS512',
    skid: 'did:ethr:0x7a69:0x1111111111111111111111111111111111111111#delegate-1',
  })
})

test('nobody else opens a message', async () => {
  const { packed } = await speaker(alice).pack(bob.did, hello)
  expect(await speaker(mallory).unpack(packed)).toMatchObject({ ok: false, code: 'ERR_DIDCOMM_ENVELOPE' })
})

test('a message that another sealed in the name of its sender is refused', async () => {
  // The library of the sender refuses to seal such a message; the recipient must not rely on it.
  const packed = await sealed({}, mallory)
  const { message, proof } = await openEnvelope(packed, portsOf(bob))
  const lying = { ...(message as object), from: alice.did }
  expect(checkMessage(lying, proof, { me: bob.did, now: NOW })).toMatchObject({
    ok: false,
    code: 'ERR_DIDCOMM_SENDER',
  })
})

test('a message in the clear, and one whose sender stays unknown, are refused', async () => {
  const plain = { id: '1', from: alice.did, to: [bob.did], created_time: NOW, ...hello }
  const clear = JSON.stringify({ ...plain, typ: 'application/didcomm-plain+json' })
  expect(await speaker(bob).unpack(clear)).toMatchObject({ ok: false, code: 'ERR_DIDCOMM_SENDER' })
  const anonymous = { encrypted: true, authenticated: false, encrypted_from_kid: null }
  expect(checkMessage(plain, anonymous, { me: bob.did, now: NOW })).toMatchObject({ code: 'ERR_DIDCOMM_SENDER' })
})

test('a message that was sealed for us but is meant for another is refused', async () => {
  const packed = await sealed({ to: [mallory.did] }).catch(() => undefined)
  // The library seals for whom the message names; a forwarded plaintext is what would come here.
  expect(packed).toBeUndefined()
  const message = { id: '1', from: alice.did, to: [mallory.did], created_time: NOW, ...hello }
  const proof = { encrypted: true, authenticated: true, encrypted_from_kid: `${alice.did}#delegate-1` }
  expect(checkMessage(message, proof, { me: bob.did, now: NOW })).toMatchObject({ code: 'ERR_DIDCOMM_RECIPIENT' })
})

test('a message that brings a DID to be taken for its sender’s (from_prior), or came forwarded, is refused', () => {
  const message = { id: '1', from: alice.did, to: [bob.did], created_time: NOW, ...hello }
  const proof = { encrypted: true, authenticated: true, encrypted_from_kid: `${alice.did}#delegate-1` }
  const check = (more: object, how: object) =>
    checkMessage({ ...message, ...more }, { ...proof, ...how }, { me: bob.did, now: NOW })
  expect(check({}, {})).toMatchObject({ ok: true })
  expect(check({ from_prior: 'e30.e30.AA' }, {})).toMatchObject({ ok: false, code: 'ERR_DIDCOMM_SHAPE' })
  expect(check({}, { re_wrapped_in_forward: true })).toMatchObject({ ok: false, code: 'ERR_DIDCOMM_SENDER' })
})

test('the same message counts once', async () => {
  const receiver = speaker(bob)
  const { packed } = await speaker(alice).pack(bob.did, hello)
  expect(await receiver.unpack(packed)).toMatchObject({ ok: true })
  expect(await receiver.unpack(packed)).toMatchObject({ ok: false, code: 'ERR_DIDCOMM_REPLAY' })
})

test('a restarted receiver that kept its memory refuses what came before', async () => {
  let kept: readonly (readonly [string, number])[] = []
  const seen = createSeenMessages([], (all) => {
    kept = [...all]
  })
  const { packed } = await speaker(alice).pack(bob.did, hello)
  expect(await speaker(bob, NOW, { seen }).unpack(packed)).toMatchObject({ ok: true })
  const restarted = speaker(bob, NOW + 500, { seen: createSeenMessages(kept) })
  expect(await restarted.unpack(packed)).toMatchObject({ code: 'ERR_DIDCOMM_REPLAY' })
})

test('a message older than ten minutes, of the future, or without its time is refused', async () => {
  const { packed } = await speaker(alice).pack(bob.did, hello)
  expect(await speaker(bob, NOW + 599).unpack(packed)).toMatchObject({ ok: true })
  expect(await speaker(bob, NOW + 600).unpack(packed)).toMatchObject({ code: 'ERR_DIDCOMM_TIME' })
  expect(await speaker(bob, NOW - 60).unpack(packed)).toMatchObject({ ok: true })
  expect(await speaker(bob, NOW - 61).unpack(packed)).toMatchObject({ code: 'ERR_DIDCOMM_TIME' })
  expect(await speaker(bob).unpack(await sealed({ created_time: undefined }))).toMatchObject({
    code: 'ERR_DIDCOMM_SHAPE',
  })
})

test('a message that its sender let expire is refused', async () => {
  expect(await speaker(bob).unpack(await sealed({ expires_time: NOW }))).toMatchObject({ code: 'ERR_DIDCOMM_EXPIRED' })
  expect(await speaker(bob).unpack(await sealed({ expires_time: NOW + 1 }))).toMatchObject({ ok: true })
})

test('a stranger is refused before anything is remembered of the message', async () => {
  const remembered: number[] = []
  const seen = createSeenMessages([], (all) => remembered.push(all.size))
  const receiver = speaker(bob, NOW, { seen, mayWrite: (from: Did) => from === alice.did })
  const { packed } = await speaker(mallory).pack(bob.did, hello)
  expect(await receiver.unpack(packed)).toMatchObject({ ok: false, code: 'ERR_DIDCOMM_STRANGER' })
  expect(remembered).toEqual([])
})

test('garbage and messages of more than 256 KiB are refused, never thrown', async () => {
  for (const text of ['', '{', '[]', '{"protected":"e30","recipients":[]}', 'x'.repeat(262_144)]) {
    expect(await speaker(bob).unpack(text)).toMatchObject({ ok: false, code: 'ERR_DIDCOMM_ENVELOPE' })
  }
  expect(await speaker(bob).unpack('x'.repeat(262_145))).toMatchObject({ ok: false, code: 'ERR_DIDCOMM_SHAPE' })
})

test('a changed envelope does not open', async () => {
  const { packed } = await speaker(alice).pack(bob.did, hello)
  const envelope = JSON.parse(packed)
  const flipped = envelope.ciphertext.startsWith('A') ? 'B' : 'A'
  const changed = JSON.stringify({ ...envelope, ciphertext: flipped + envelope.ciphertext.slice(1) })
  expect(await speaker(bob).unpack(changed)).toMatchObject({ code: 'ERR_DIDCOMM_ENVELOPE' })
})

test('a key that the sender no longer publishes does not prove the sender', async () => {
  const { packed } = await speaker(alice).pack(bob.did, hello)
  const receiver = createDidcomm({ did: bob.did, keys: [bob.key], resolver: resolverOf([bob]), now: () => NOW })
  expect(await receiver.unpack(packed)).toMatchObject({ code: 'ERR_DIDCOMM_ENVELOPE' })
})

test('a chain that does not answer is no refusal: it is thrown, and may be tried again', async () => {
  const { packed } = await speaker(alice).pack(bob.did, hello)
  const unreachable = new OpemError({ code: 'ERR_CHAIN_UNREACHABLE', shortMessage: 'silence', retryable: true })
  const broken = { resolve: () => Promise.reject(unreachable) }
  const receiver = createDidcomm({ did: bob.did, keys: [bob.key], resolver: broken, now: () => NOW })
  await expect(receiver.unpack(packed)).rejects.toBe(unreachable)
})

test('a full memory refuses further messages rather than forget one that still counts', () => {
  const seen = createSeenMessages(Array.from({ length: 10_000 }, (_, index) => [`a ${index}`, 100] as const))
  expect(seen.isFirst('b', 'new', 100, 50)).toBe(false)
  expect(seen.isFirst('b', 'new', 200, 100)).toBe(true)
})
