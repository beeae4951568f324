import { BlockList, isIP } from 'node:net'
import { OpemError } from '@opem/domain'

/** Addresses of proxies whose `X-Forwarded-For` is believed. */
export interface Networks {
  has(address: string): boolean
}

/**
 * Addresses and networks (CIDR), separated by commas.
 * @example parseNetworks('127.0.0.1, 10.1.0.0/16').has('10.1.2.3') // true
 * @throws ERR_NETWORKS naming the entry that is none
 */
export function parseNetworks(text: string): Networks {
  const list = new BlockList()
  for (const entry of text.split(',').map((one) => one.trim())) {
    if (entry === '') continue
    const [address = '', bits, ...more] = entry.split('/')
    const family = isIP(address)
    const longest = family === 4 ? 32 : 128
    const prefix = bits === undefined ? longest : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
    if (family === 0 || more.length > 0 || !(prefix <= longest))
      throw new OpemError({
        code: 'ERR_NETWORKS',
        shortMessage: `"${entry}" is no address and no network; give some like 127.0.0.1 or 10.1.0.0/16, with commas`,
      })
    list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6')
  }
  return { has: (address) => isIP(address) !== 0 && list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6') }
}

/**
 * Who asks. A proxy appends whom it heard, so the list is read from its end: the first address that is no proxy of ours
 * is the client, and what stands before it is what the client says. From anybody else the header is worth nothing.
 * @param peer of the connection
 * @param forwarded `X-Forwarded-For`
 */
export function clientAddress(
  proxies: Networks,
  peer: string | undefined,
  forwarded: string | readonly string[] | undefined,
): string {
  let client = plain(peer ?? '')
  const heard = [forwarded ?? []].flat().join(',').split(',')
  while (proxies.has(client)) {
    const next = plain(heard.pop()?.trim() ?? '')
    if (isIP(next) === 0) break
    client = next
  }
  return client
}

/** An IPv4 address as IPv6 sockets write it, or with brackets. */
const plain = (address: string): string => address.replace(/^\[(.*)\]$/, '$1').replace(/^::ffff:(?=\d+\.)/i, '')
