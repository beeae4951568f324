import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { refuseFetch } from './refusal.ts'

/** Every address of a name. Replaced in tests; the system's own resolver otherwise. */
export type ResolveHost = (host: string) => Promise<readonly LookupAddress[]>

const systemResolver: ResolveHost = (host) => lookup(host, { all: true, verbatim: true })

/** What an address is for: the whole world, this machine, or anything else (private, link-local, mapped, reserved …). */
export function reachOf(address: string): 'public' | 'loopback' | 'inside' {
  if (!ipaddr.isValid(address)) return 'inside'
  const parsed = ipaddr.parse(address)
  const range = parsed.range()
  if (range === 'loopback') return 'loopback'
  // Only plain unicast is public. IPv4 inside IPv6 (::ffff:, 64:ff9b::, 2002::) is not: it may mean any IPv4 address;
  // nor is what lies outside 2000::/3, the only block that IANA gives out (RFC 4291 §2.5.5.1: ::7f00:1 is 127.0.0.1).
  const assigned = parsed instanceof ipaddr.IPv4 || parsed.parts[0]! >> 13 === 1
  return range === 'unicast' && assigned ? 'public' : 'inside'
}

/**
 * Resolves a URL's host once and checks every address that it has: one inside address among public ones is enough to
 * refuse, because which one gets connected is the attacker's choice. The caller connects to these and never asks again.
 * @throws ERR_FETCH_ADDRESS, ERR_FETCH_UNREACHABLE (the name has no address)
 */
export async function checkedAddresses(
  url: URL,
  allowLoopback: boolean,
  resolveHost: ResolveHost = systemResolver,
): Promise<readonly LookupAddress[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const family = isIP(host)
  const addresses =
    family !== 0
      ? [{ address: host, family }]
      : await resolveHost(host).catch((cause: unknown) => {
          throw refuseFetch('ERR_FETCH_UNREACHABLE', `The host ${host} has no address.`, cause)
        })
  const reaches = new Set(addresses.map(({ address }) => reachOf(address)))
  const only = reaches.size === 1 ? [...reaches][0] : undefined
  if (only === 'public' && url.protocol === 'https:') return addresses
  if (only === 'loopback' && allowLoopback) return addresses
  if (only === 'public') {
    throw refuseFetch('ERR_FETCH_URL', `The address of ${host} begins with http: and needs https://.`)
  }
  throw refuseFetch(
    'ERR_FETCH_ADDRESS',
    `The host ${host} is not on the public internet: give an address that everybody can reach.`,
  )
}
