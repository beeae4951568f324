import { expect, test } from 'vitest'
import { clientAddress, parseNetworks } from './proxies.ts'

const ours = parseNetworks('127.0.0.1, 10.1.0.0/16,fd00::/8')

test('an address of a network is in it, another is not', () => {
  expect(['127.0.0.1', '10.1.255.255', 'fd12::1'].map(ours.has)).toEqual([true, true, true])
  expect(['127.0.0.2', '10.2.0.0', 'fe80::1', 'no address', ''].map(ours.has)).toEqual([
    ...[false, false, false, false, false],
  ])
})

test.each(['10.1.0.0/33', '10.1.0/16', 'proxy.example', '10.0.0.0/8/8', '::/129', '10.0.0.0/', '10.0.0.0/-1'])(
  '%s is no network',
  (text) => {
    expect(() => parseNetworks(text)).toThrow(/is no address and no network/)
  },
)

test('nobody but a trusted proxy says who asks', () => {
  expect(clientAddress(ours, '203.0.113.9', '198.51.100.1')).toBe('203.0.113.9')
  expect(clientAddress(parseNetworks(''), '127.0.0.1', '198.51.100.1')).toBe('127.0.0.1')
})

test('the client is the last address that is no proxy of ours, whatever it says before', () => {
  expect(clientAddress(ours, '127.0.0.1', '198.51.100.1')).toBe('198.51.100.1')
  expect(clientAddress(ours, '::ffff:127.0.0.1', '1.1.1.1, 198.51.100.1, 10.1.0.7')).toBe('198.51.100.1')
  expect(clientAddress(ours, '127.0.0.1', ['1.1.1.1', '2001:db8::1'])).toBe('2001:db8::1')
})

test('a proxy that names nobody, or no address, is who asks', () => {
  expect(clientAddress(ours, '127.0.0.1', undefined)).toBe('127.0.0.1')
  expect(clientAddress(ours, '127.0.0.1', '198.51.100.1, unknown')).toBe('127.0.0.1')
  expect(clientAddress(ours, '127.0.0.1', '198.51.100.1, unknown, 10.1.0.7')).toBe('10.1.0.7')
})
