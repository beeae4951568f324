/**
 * A name server of an attacker's, for a process that is started with `--import` of this file: names under
 * `inside.example` are the address that they begin with, others have none. Nothing else of the process changes.
 */
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'

const real = dns.promises.lookup

dns.promises.lookup = (async (host: string, options: dns.LookupAllOptions) => {
  const addresses = /^((?:\d+-){3}\d+(?:\.(?:\d+-){3}\d+)*)\.inside\.example$/.exec(host)?.[1]
  if (addresses === undefined) return real(host, options)
  return addresses.split('.').map((address) => ({ address: address.replaceAll('-', '.'), family: 4 }))
}) as typeof real

syncBuiltinESMExports()
