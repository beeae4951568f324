import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import type { PublicJwk } from './jwk.ts'
import { createNonceMemory, type SeenNonce } from './nonce-memory.ts'
import { signRequest } from './sign-request.ts'
import { signatureBase } from './signature-base.ts'
import { type SystemKey, systemKeyOf } from './system-key.ts'
import { verifyRequest } from './verify-request.ts'

const NOW = 1_800_000_000
const HOST = '127.0.0.1:8400'
const URL_OF_READINGS = `http://${HOST}/v1/readings?source=sundance`
const BODY = '{"readings":[]}'
const NONCE = 'AAECAwQFBgcICQoLDA0ODw'

const newKey = () => systemKeyOf(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }))
const meter = newKey()
const p256 = systemKeyOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }))
const known = new Map<string, PublicJwk>([meter, p256].map(({ keyid, publicJwk }) => [keyid, publicJwk]))

let seenNonce: SeenNonce
beforeEach(() => {
  seenNonce = createNonceMemory({ startedAt: NOW - 100 })
})

interface Sent {
  method: string
  target: string
  headers: Record<string, string>
  body: string
}

/** A good request, as it arrives. */
function post(key: SystemKey = meter, { now = NOW, nonce = NONCE } = {}): Sent {
  const headers = signRequest(
    { method: 'POST', url: URL_OF_READINGS, headers: { 'content-type': 'application/json' }, body: BODY },
    key,
    { now, nonce },
  )
  return { method: 'POST', target: '/v1/readings?source=sundance', headers: { host: HOST, ...headers }, body: BODY }
}

function get(): Sent {
  const headers = signRequest({ method: 'GET', url: URL_OF_READINGS }, meter, { now: NOW, nonce: NONCE })
  return { method: 'GET', target: '/v1/readings?source=sundance', headers: { host: HOST, ...headers }, body: '' }
}

/** A request whose signature is good, over whatever components and parameters: what a careless signer could send. */
function signedAs(list: string, parameters: string, sent: Sent = get()): Sent {
  const covered = [...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name as string)
  const params = `(${list})${parameters}`
  const base = signatureBase(
    { method: sent.method, url: `http://${HOST}${sent.target}`, headers: sent.headers },
    covered,
    params,
  )
  return {
    ...sent,
    headers: {
      ...sent.headers,
      'signature-input': `opem=${params}`,
      signature: `opem=:${meter.sign(base).toString('base64')}:`,
    },
  }
}

const verify = ({ body, ...sent }: Sent, now = NOW) =>
  verifyRequest(
    { ...sent, body: () => Buffer.from(body) },
    { keyOf: (keyid) => known.get(keyid), seenNonce, authorities: [HOST], now },
  )

const refusalOf = async (sent: Sent, now = NOW) => {
  const verified = await verify(sent, now)
  return verified.ok ? 'accepted' : verified.code
}

const ALL = '"@method" "@authority" "@path" "@query"'
const PARAMETERS = `;created=${NOW};expires=${NOW + 60};nonce="${NONCE}";keyid="${meter.keyid}";tag="opem"`

test('a signed request with a body is its key’s', async () => {
  expect(await verify(post())).toEqual({ ok: true, value: { keyid: meter.keyid, body: Buffer.from(BODY) } })
})

test('a signed request without a body is its key’s', async () => {
  expect(await refusalOf(get())).toBe('accepted')
})

test('a P-256 key signs as well as an Ed25519 key', async () => {
  expect(await refusalOf(post(p256))).toBe('accepted')
})

test('components and parameters may come in another order, and alg may be said', async () => {
  const parameters = `;tag="opem";alg="ed25519";keyid="${meter.keyid}";nonce="${NONCE}";expires=${NOW + 30};created=${NOW}`
  expect(await refusalOf(signedAs('"@query" "@path" "@authority" "@method"', parameters))).toBe('accepted')
})

test('an unsigned request is refused as missing a signature', async () => {
  expect(await refusalOf({ ...get(), headers: { host: HOST } })).toBe('ERR_SIGNATURE_MISSING')
})

test('one of the two headers alone is refused', async () => {
  const { signature: _, ...without } = get().headers
  expect(await refusalOf({ ...get(), headers: without })).toBe('ERR_SIGNATURE_SHAPE')
})

test('a second signature is refused, whatever its label, even before or after a good one', async () => {
  const { signature, 'signature-input': input } = get().headers
  for (const label of ['opem', 'sig1']) {
    const [otherInput, other] = [input?.replace('opem', label), signature?.replace('opem', label)]
    for (const headers of [
      { 'signature-input': `${input}, ${otherInput}`, signature: `${signature}, ${other}` },
      { 'signature-input': `${otherInput}, ${input}`, signature: `${other}, ${signature}` },
      { 'signature-input': input as string, signature: `${signature}, ${other}` },
    ]) {
      expect(await refusalOf({ ...get(), headers: { host: HOST, ...headers } })).toBe('ERR_SIGNATURE_SHAPE')
    }
  }
})

test('a signature spelt another way in base64 is refused', async () => {
  const sent = get()
  const next = { A: 'B', Q: 'R', g: 'h', w: 'x' } as Record<string, string>
  sent.headers.signature = (sent.headers.signature as string).replace(
    /(.)==:$/,
    (_, last: string) => `${next[last]}==:`,
  )
  expect(await refusalOf(sent)).toBe('ERR_SIGNATURE_SHAPE')
})

test('another label is refused', async () => {
  const { signature = '', 'signature-input': input = '' } = get().headers
  const headers = {
    host: HOST,
    signature: signature.replace('opem', 'sig1'),
    'signature-input': input.replace('opem', 'sig1'),
  }
  expect(await refusalOf({ ...get(), headers })).toBe('ERR_SIGNATURE_SHAPE')
})

for (const [what, parameters] of [
  ['without created', PARAMETERS.replace(/;created=\d+/, '')],
  ['without expires', PARAMETERS.replace(/;expires=\d+/, '')],
  ['without nonce', PARAMETERS.replace(/;nonce="[^"]*"/, '')],
  ['with a short nonce', PARAMETERS.replace(NONCE, 'abc')],
  ['without keyid', PARAMETERS.replace(/;keyid="[^"]*"/, '')],
  ['without tag', PARAMETERS.replace(';tag="opem"', '')],
  ['with the tag of another application', PARAMETERS.replace('tag="opem"', 'tag="web-bot-auth"')],
  ['with a parameter twice', `${PARAMETERS};created=${NOW}`],
  ['with a parameter that we do not know', `${PARAMETERS};purpose="x"`],
  ['with created as a string', PARAMETERS.replace(`created=${NOW}`, `created="${NOW}"`)],
] as const) {
  test(`a well signed request ${what} is refused`, async () => {
    expect(await refusalOf(signedAs(ALL, parameters))).toBe('ERR_SIGNATURE_SHAPE')
  })
}

for (const missing of ['"@method"', '"@authority"', '"@path"', '"@query"']) {
  test(`a well signed request that does not cover ${missing} is refused`, async () => {
    const list = ALL.split(' ').filter((name) => name !== missing)
    expect(await refusalOf(signedAs(list.join(' '), PARAMETERS))).toBe('ERR_SIGNATURE_COMPONENTS')
  })
}

test('a well signed request that covers a component more, or one twice, is refused', async () => {
  expect(await refusalOf(signedAs(`${ALL} "@scheme"`, PARAMETERS))).toBe('ERR_SIGNATURE_COMPONENTS')
  expect(await refusalOf(signedAs(`${ALL} "@method"`, PARAMETERS))).toBe('ERR_SIGNATURE_COMPONENTS')
})

test('a component with a parameter is refused', async () => {
  const sent = get()
  sent.headers['signature-input'] = (sent.headers['signature-input'] as string).replace('"@method"', '"@method";req')
  expect(await refusalOf(sent)).toBe('ERR_SIGNATURE_SHAPE')
})

test('a component taken out of, or put into, a signed list is refused', async () => {
  const without = post()
  without.headers['signature-input'] = (without.headers['signature-input'] as string).replace('"content-type" ', '')
  expect(await refusalOf(without)).toBe('ERR_SIGNATURE_COMPONENTS')
  const added = get()
  added.headers['content-type'] = 'application/json'
  added.headers['content-digest'] = 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'
  added.headers['signature-input'] = (added.headers['signature-input'] as string).replace(
    '"@query"',
    '"@query" "content-type" "content-digest"',
  )
  expect(await refusalOf(added)).toBe('ERR_SIGNATURE_INVALID')
})

test('a body that the signature does not cover is refused', async () => {
  expect(await refusalOf({ ...get(), body: BODY })).toBe('ERR_SIGNATURE_COMPONENTS')
})

test('a covered header that is missing is refused', async () => {
  const { 'content-digest': _, ...headers } = post().headers
  expect(await refusalOf({ ...post(), headers })).toBe('ERR_SIGNATURE_COMPONENTS')
})

test('a changed body is refused, and its digest changed with it too', async () => {
  expect(await refusalOf({ ...post(), body: '{"readings":[1]}' })).toBe('ERR_SIGNATURE_DIGEST')
  const sent = post()
  sent.headers['content-digest'] = signRequest(
    { method: 'POST', url: URL_OF_READINGS, headers: { 'content-type': 'application/json' }, body: '{"readings":[1]}' },
    meter,
    { now: NOW },
  )['content-digest'] as string
  expect(await refusalOf({ ...sent, body: '{"readings":[1]}' })).toBe('ERR_SIGNATURE_INVALID')
})

for (const digest of ['md5=:Sd/dVLAcvNLSq16eXua5uQ==:', 'sha-256=:AAAA:', 'sha-256=x']) {
  test(`a digest as ${digest} is refused`, async () => {
    const sent = post()
    sent.headers['content-digest'] = digest
    const list = `${ALL} "content-type" "content-digest"`
    expect(await refusalOf(signedAs(list, PARAMETERS, sent))).toBe('ERR_SIGNATURE_DIGEST')
  })
}

test('another method, path, query or content type than the signed one is refused', async () => {
  expect(await refusalOf({ ...post(), method: 'PUT' })).toBe('ERR_SIGNATURE_INVALID')
  expect(await refusalOf({ ...post(), target: '/v1/rejected?source=sundance' })).toBe('ERR_SIGNATURE_INVALID')
  expect(await refusalOf({ ...post(), target: '/v1/readings?source=moonlight' })).toBe('ERR_SIGNATURE_INVALID')
  expect(await refusalOf({ ...post(), target: '/v1/readings' })).toBe('ERR_SIGNATURE_INVALID')
  const sent = post()
  sent.headers['content-type'] = 'text/csv'
  expect(await refusalOf(sent)).toBe('ERR_SIGNATURE_INVALID')
})

for (const target of [
  '/v1/x/../readings?source=sundance',
  '//127.0.0.1:8400/v1/readings',
  `http://${HOST}/v1`,
  '/v1?',
  '*',
]) {
  test(`a target as ${target}, that a router may read otherwise, is refused`, async () => {
    expect(await refusalOf({ ...get(), target })).toBe('ERR_SIGNATURE_TARGET')
  })
}

test('a request that was signed for another host is refused, with its host and with ours', async () => {
  const headers = signRequest({ method: 'GET', url: 'http://elsewhere.example/v1/readings?source=sundance' }, meter, {
    now: NOW,
  })
  const sent = { ...get(), headers: { ...headers, host: 'elsewhere.example' } }
  expect(await refusalOf(sent)).toBe('ERR_SIGNATURE_AUTHORITY')
  expect(await refusalOf({ ...sent, headers: { ...headers, host: HOST } })).toBe('ERR_SIGNATURE_INVALID')
})

test('an expired signature is refused from the second of its expiry on', async () => {
  expect(await refusalOf(get(), NOW + 59)).toBe('accepted')
  expect(await refusalOf(post(meter, { nonce: 'another-nonce-of-today' }), NOW + 60)).toBe('ERR_SIGNATURE_EXPIRED')
})

test('a signature from the future is refused beyond five seconds of clock skew', async () => {
  expect(await refusalOf(get(), NOW - 6)).toBe('ERR_SIGNATURE_NOT_YET')
  expect(await refusalOf(get(), NOW - 5)).toBe('accepted')
})

test('a signature that lives longer than a minute, or not at all, is refused', async () => {
  const lifetime = (seconds: number) => PARAMETERS.replace(`expires=${NOW + 60}`, `expires=${NOW + seconds}`)
  expect(await refusalOf(signedAs(ALL, lifetime(61)))).toBe('ERR_SIGNATURE_LIFETIME')
  expect(await refusalOf(signedAs(ALL, lifetime(0)))).toBe('ERR_SIGNATURE_LIFETIME')
})

test('a key that nobody registered is refused', async () => {
  expect(await refusalOf(post(newKey()))).toBe('ERR_SIGNATURE_KEY')
})

test('another key’s name over one’s own signature is refused', async () => {
  const stranger = newKey()
  expect(await refusalOf(post({ ...stranger, keyid: meter.keyid }))).toBe('ERR_SIGNATURE_INVALID')
})

for (const alg of ['ecdsa-p256-sha256', 'hmac-sha256', 'rsa-v1_5-sha256', 'none']) {
  test(`alg="${alg}" with an Ed25519 key is refused: the key decides`, async () => {
    expect(await refusalOf(signedAs(ALL, `${PARAMETERS};alg="${alg}"`))).toBe('ERR_SIGNATURE_ALG')
  })
}

test('a request is accepted once: the same again is a replay, and so is another one with its nonce', async () => {
  expect(await refusalOf(post())).toBe('accepted')
  expect(await refusalOf(post())).toBe('ERR_SIGNATURE_REPLAY')
  expect(await refusalOf(get())).toBe('ERR_SIGNATURE_REPLAY')
  expect(await refusalOf(post(p256))).toBe('accepted')
})

test('a refused request does not use up its nonce, and its body is not read', async () => {
  let read = 0
  const sent = { ...post(), method: 'PUT', body: () => Buffer.alloc(++read) }
  const ports = { keyOf: (keyid: string) => known.get(keyid), seenNonce, authorities: [HOST], now: NOW }
  expect(await verifyRequest(sent, ports)).toMatchObject({ code: 'ERR_SIGNATURE_INVALID' })
  expect(read).toBe(0)
  expect(await refusalOf(post())).toBe('accepted')
})

test('no single changed byte of a signature or of what it signs is accepted', () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom('signature', 'signature-input', 'content-digest', 'content-type', 'host'),
      fc.nat(),
      fc.integer({ min: 33, max: 126 }),
      async (name, place, code) => {
        const sent = post()
        const value = sent.headers[name] as string
        const at = place % value.length
        const changed = value.slice(0, at) + String.fromCharCode(code) + value.slice(at + 1)
        fc.pre(changed !== value)
        sent.headers[name] = changed
        expect(await refusalOf(sent)).toMatch(/^ERR_SIGNATURE_/)
      },
    ),
    { numRuns: 300 },
  ))

test('no text at all makes the parser throw', () =>
  fc.assert(
    fc.asyncProperty(fc.string(), fc.string(), async (input, signature) => {
      const headers = { ...get().headers, 'signature-input': input, signature }
      expect(await refusalOf({ ...get(), headers })).toMatch(/^ERR_SIGNATURE_/)
    }),
    { numRuns: 300 },
  ))
