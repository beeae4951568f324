import { existsSync, readFileSync } from 'node:fs'
import { accountIdOf, type Did } from '@opem/ssi/did'
import type { Hex } from 'viem'
import { z } from 'zod'
import { accessPath } from '../up/access/paths.ts'
import { writePrivateFile } from '../up/access/private-file.ts'

/** The chain holds hashes of issuers' DIDs alone; this file knows which DID a hash is of, for whoever accredited it here. */
const Known = z.array(z.string().max(512))
const fileOf = (home: string): string => accessPath(home, 'issuers.json')

const readKnown = (home: string): string[] =>
  existsSync(fileOf(home)) ? Known.parse(JSON.parse(readFileSync(fileOf(home), 'utf8'))) : []

export function rememberIssuer(home: string, did: Did): void {
  const known = readKnown(home)
  if (!known.includes(did)) writePrivateFile(fileOf(home), JSON.stringify([...known, did]))
}

/** @param others DIDs that are known otherwise */
export function knownIssuers(home: string, others: readonly string[]): (issuer: Hex) => string | undefined {
  const byHash = new Map([...readKnown(home), ...others].map((did) => [accountIdOf(did as Did), did]))
  return (issuer) => byHash.get(issuer)
}
