import {
  formatInstant,
  type Keccak256,
  ok,
  parseRules,
  type Result,
  type RulesDocument,
  refuse,
  rulesHash,
  rulesOnChain,
} from '@opem/domain'
import type { ChainRules } from '../watch/read-community.ts'

/**
 * The rules document behind version `version` of a community, proven against the chain: its hash is the committed one,
 * and what the chain was told of it (start, key, plain, exact) is what it says. A node that settled by a document that
 * the chain knows otherwise could be made to lose its bond by whoever wrote it.
 */
export function checkRules(
  keccak: Keccak256,
  version: number,
  committed: ChainRules,
  documents: readonly unknown[],
): Result<RulesDocument, 'ERR_ORACLE_RULES'> {
  const parsed = documents.map(parseRules).flatMap((read) => (read.ok ? [read.value] : []))
  const document = parsed.find((doc) => rulesHash(keccak, doc) === committed.rulesHash)
  if (!document) {
    return refuse(
      'ERR_ORACLE_RULES',
      `none of the ${documents.length} rules documents of the API is version ${version} of the chain (hash ${committed.rulesHash}): post it to /v1/communities/{id}/rules`,
    )
  }
  const said = rulesOnChain(document)
  const differs = (['key', 'plain', 'exact'] as const).filter((field) => said[field] !== committed[field])
  if (Number(said.from) !== committed.from) differs.push('from' as never)
  return differs.length === 0
    ? ok(document)
    : refuse(
        'ERR_ORACLE_RULES',
        `version ${version} (from ${formatInstant(committed.from)}) was committed with another ${differs.join(', ')} than its document says: commit a new version`,
      )
}
