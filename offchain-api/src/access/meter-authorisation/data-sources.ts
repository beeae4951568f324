import type { Hex } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import type { AccessParts } from '../access.ts'
import type { Verified } from '../identity.ts'
import type { Source } from './authorisations.ts'

/**
 * Checks that a Data-source credential in force says of each meter that it is the account's: one credential per meter,
 * none more. @throws Refusal ERR_DATA_SOURCE (with what lacks) and the verifier's codes
 */
export async function dataSourcesOf(
  { identity, now }: Pick<AccessParts, 'identity' | 'now'>,
  it: { account: Hex; meters: readonly string[]; credentials: readonly string[] },
): Promise<Map<string, Source>> {
  const verifier = await identity()
  const holder = `did:ethr:0x${verifier.chainId.toString(16)}:${it.account}`
  const found = new Map<string, Source>()
  for (const jwt of it.credentials) {
    const verified = await verifier.verifyCredential(jwt, 'DataSourceCredential', now())
    if (!verified.ok) throw new Refusal(422, verified.code, verified.reason)
    const { subject, claims, issuer, jti, hash } = verified.value as Verified<{ meter: string }>
    if (subject !== holder)
      throw refused('a Data-source credential is about somebody else than the account that consents')
    if (!it.meters.includes(claims.meter) || found.has(claims.meter))
      throw refused(`a Data-source credential is about ${claims.meter}, which is not one of the meters, or comes twice`)
    found.set(claims.meter, { issuer, jti, hash })
  }
  const missing = it.meters.find((meter) => !found.has(meter))
  if (missing !== undefined)
    throw refused(`no Data-source credential says whose meter ${missing} is; ask its grid or meter operator for one`)
  return found
}

const refused = (reason: string) => new Refusal(422, 'ERR_DATA_SOURCE', reason)
