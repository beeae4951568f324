import type * as entities from '../../../subgraph/generated/types.ts'
import type { AllRead, Reads } from '../api/reads.ts'
import type { Committee } from './committee.ts'
import type { IndexState, Members, Rules } from './community.ts'
import type { Meta } from './graphql.ts'

/** What graph-node itself answers beside the schema's entities. */
interface IndexMeta {
  block: { number: number }
  hasIndexingErrors: boolean
}

/**
 * What this page reads of the index, held against the types generated from its schema: the fields are those that each
 * question asks for. The type check fails when the two drift apart.
 */
export type IndexContract = AllRead<{
  committee: Reads<
    typeof Committee,
    {
      committees: Pick<entities.Committee, 'quorum' | 'nodeCount'>[]
      oracleNodes: Pick<entities.OracleNode, 'id' | 'seat' | 'status' | 'bond' | 'freeAt'>[]
      _meta: IndexMeta
    }
  >
  community: Reads<
    typeof IndexState,
    { community: Pick<entities.Community, 'nextPeriod' | 'batchCount' | 'memberCount' | 'running'> | null }
  >
  ruleVersions: Reads<
    typeof Rules,
    { ruleVersions: Pick<entities.RuleVersion, 'version' | 'from' | 'key' | 'rulesHash' | 'committedAt'>[] }
  >
  members: Reads<typeof Members, { members: Pick<entities.Member, 'member' | 'account' | 'from' | 'until'>[] }>
  indexedBlock: Reads<typeof Meta, { _meta: Pick<IndexMeta, 'block'> }>
}>
