import type { Finding } from '@opem/domain'

/** What each kind of finding means for somebody who is no programmer. */
export const meanings: Record<Finding['code'], string> = {
  AUDIT_EVIDENCE_MISSING: 'nobody has shown the balances behind this batch',
  AUDIT_EVIDENCE_FRAME: 'the evidence speaks of another batch',
  AUDIT_BATCH_FALLEN: 'a challenge brought this batch down',
  AUDIT_BATCH_HASH: 'the contract holds another batch now',
  AUDIT_GAP: 'a period between two batches was never settled',
  AUDIT_OVERLAP: 'a period was settled twice',
  AUDIT_ROOT: 'the evidence names another root than the chain',
  AUDIT_MEMBERS_ROOT: 'the balances do not lead to the committed root',
  AUDIT_LEAF: 'this value is not the committed one',
  AUDIT_MEMBER_ORDER: 'members are not in their order',
  AUDIT_MEMBERS: 'the members are not those of the chain',
  AUDIT_TOTALS: 'the sums are not those on chain',
  AUDIT_SHARED: 'not exactly the smaller of surplus and demand was shared',
  AUDIT_BOUNDS: 'somebody got more than needed or gave more than there was',
  AUDIT_SPLIT: 'the rules divide the energy otherwise',
  AUDIT_QUORUM: 'too few oracle nodes signed',
  AUDIT_SIGNATURE: 'a signature is not that of the node that should have signed',
  AUDIT_RULES: 'another rule version was in force',
  AUDIT_RULES_LATE: 'the rules were committed after their first period',
  AUDIT_RULES_DOCUMENT: 'the rules document is not the committed one',
  AUDIT_MONEY: 'the money cannot be recomputed',
  AUDIT_PRICES: 'the market prices are not those that the chain committed to',
  AUDIT_STATEMENT: 'a statement file says something else than chain and evidence',
  AUDIT_ADJUSTMENT: 'an adjustment says something else than the chain, or came at a wrong time',
}

/** The exact place of a finding. @example 'batch 2015-06-01T04:00:00Z, period 2015-06-01T06:00:00Z, member 0x12…, field boughtWh' */
export const placeOf = ({ place }: Finding): string =>
  [
    `batch ${place.batch}${place.revision ? ` (revision ${place.revision})` : ''}`,
    place.period === undefined ? undefined : `period ${place.period}`,
    place.adjustment === undefined ? undefined : `adjustment ${place.adjustment}`,
    place.member === undefined ? undefined : `member ${place.member}`,
    place.field === undefined ? undefined : `field ${place.field}`,
  ]
    .filter((part) => part !== undefined)
    .join(', ')
