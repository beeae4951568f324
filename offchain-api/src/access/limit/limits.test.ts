import fc from 'fast-check'
import { expect, test } from 'vitest'
import { claimedHolder } from '../proof.ts'
import { take } from './bucket.ts'
import { createBuckets } from './buckets.ts'
import { createLimits } from './limits.ts'

const TWO = { burst: 2, perSecond: 1 }

test('a bucket gives its burst at once, and then one token after the other as time passes', () => {
  expect(take(undefined, 5000, TWO)).toEqual({ ok: true, fullAt: 6000 })
  expect(take(6000, 5000, TWO)).toEqual({ ok: true, fullAt: 7000 })
  expect(take(7000, 5000, TWO)).toEqual({ ok: false, waitMs: 1000 })
  expect(take(7000, 5400, TWO)).toEqual({ ok: false, waitMs: 600 })
  expect(take(7000, 6000, TWO)).toEqual({ ok: true, fullAt: 8000 })
  expect(take(7000, 99_000, TWO)).toEqual({ ok: true, fullAt: 100_000 })
})

test('a clock that was set back bars the door for no longer than an empty bucket does', () => {
  expect(take(1_000_000, 0, TWO)).toEqual({ ok: false, waitMs: 1000 })
})

test('whoever waits as long as they are told gets a token, and nobody gets more than the allowance', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 }),
      (burst, perSecond, pauses) => {
        const allowance = { burst, perSecond }
        let [now, fullAt, given]: [number, number | undefined, number] = [0, undefined, 0]
        for (const pause of pauses) {
          now += pause
          const taken = take(fullAt, now, allowance)
          if (taken.ok) [fullAt, given] = [taken.fullAt, given + 1]
          else expect(take(fullAt, now + taken.waitMs, allowance).ok).toBe(true)
        }
        expect(given).toBeLessThanOrEqual(burst + (now * perSecond) / 1000 + 1e-6)
      },
    ),
  )
})

test('buckets take the same room however many keys come; who was not seen for the longest time makes room', () => {
  const buckets = createBuckets({ burst: 1, perSecond: 0.001 }, 3)
  expect(buckets.take('ann', 0)).toBe(0)
  expect(buckets.take('ann', 0)).toBe(1_000_000)
  for (let index = 0; index < 1000; index++) {
    buckets.take(`stranger ${index}`, 0)
    expect(buckets.take('ann', 0)).toBe(1_000_000)
  }
  expect(buckets.size).toBe(3)
  for (const key of ['x', 'y', 'z']) buckets.take(key, 0)
  expect(buckets.take('ann', 0)).toBe(0)
})

const limits = () =>
  createLimits({
    perAddress: { burst: 3, perSecond: 0.5 },
    perHolder: { burst: 1, perSecond: 0.25 },
    registrationsPerHour: 2,
  })
const refused = (what: () => void) => {
  try {
    what()
  } catch (cause) {
    const { status, code, retryAfter } = cause as { status: number; code: string; retryAfter: number }
    return [status, code, retryAfter]
  }
  return 'taken'
}

test('an address is refused at the door that it knocks at too often, and at no other', () => {
  const { address } = limits()
  for (let count = 0; count < 3; count++) address('sign-ins', '10.0.0.1', 0)
  expect(refused(() => address('sign-ins', '10.0.0.1', 0))).toEqual([429, 'ERR_TOO_MANY', 2])
  expect(refused(() => address('refresh', '10.0.0.1', 0))).toBe('taken')
  expect(refused(() => address('sign-ins', '10.0.0.2', 0))).toBe('taken')
  expect(refused(() => address('sign-ins', '10.0.0.1', 2000))).toBe('taken')
})

test('who claims to be somebody bars only their own address’s way for them', () => {
  const { holder } = limits()
  holder('sign-ins', '10.0.0.1', 'did:ethr:0x1:0xab', 0)
  expect(refused(() => holder('sign-ins', '10.0.0.1', 'did:ethr:0x1:0xab', 0))).toEqual([429, 'ERR_TOO_MANY', 4])
  expect(refused(() => holder('sign-ins', '10.0.0.2', 'did:ethr:0x1:0xab', 0))).toBe('taken')
})

test('the marketplace opens no more accounts than it pays for, whoever asks', () => {
  const { registration } = limits()
  registration(0)
  registration(0)
  expect(refused(() => registration(0))).toEqual([429, 'ERR_TOO_MANY', 1800])
  expect(refused(() => registration(1_800_000))).toBe('taken')
})

test('whom a proof claims to be by is the same however the DID is written', () => {
  const address = '0xABCDEF0123456789abcdef0123456789ABCDEF01'
  const jwt = (iss: string) => `x.${Buffer.from(JSON.stringify({ iss })).toString('base64url')}.y`
  const eip712 = { challenge: '0x' as const, expires: 0, credentials: [], signature: '0x' as const }
  const same = '0xabcdef0123456789abcdef0123456789abcdef01'
  expect(claimedHolder({ kind: 'eip712', holder: `did:ethr:0x7a69:${address}`, ...eip712 })).toBe(same)
  expect(claimedHolder({ kind: 'vp-jwt', jwt: jwt(`did:ethr:31337:${address}`) })).toBe(same)
  expect(claimedHolder({ kind: 'vp-jwt', jwt: jwt('did:jwk:eyJ') })).toBe('did:jwk:eyJ')
  expect(claimedHolder({ kind: 'vp-jwt', jwt: 'nonsense' })).toBeUndefined()
  expect(claimedHolder({ kind: 'openid4vp', request: 'r' })).toBe('request r')
})
