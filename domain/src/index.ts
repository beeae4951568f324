export { type AdjustedPeriod, adjustedPeriods, standing } from './adjustment/adjusted-periods.ts'
export { type Adjustment, formatAdjustment, parseAdjustment } from './adjustment/adjustment.ts'
export { type AdjustmentValues, adjustmentReport } from './adjustment/adjustment-report.ts'
export * from './allocation/allocation.ts'
export { type EvenBatch, evenBatch, settleEvenBatch } from './allocation/even-batch.ts'
export { type AdjustmentVerdict, auditAdjustment, auditAdjustments } from './audit/audit-adjustment.ts'
export { auditBatch, auditSequence } from './audit/audit-batch.ts'
export { type AuditedFund, auditFunds } from './audit/audit-funds.ts'
export { auditStatement } from './audit/audit-statement.ts'
export { seriesOfRules } from './audit/check-prices.ts'
export type * from './audit/types.ts'
export { AUTHORISATION_MATRIX, CAPABILITIES, type Capability, type CapabilityRule } from './authorisation/matrix.ts'
export { mayUse, ruleText } from './authorisation/may-use.ts'
export {
  ACTORS,
  type Actor,
  actorsOf,
  MARKET_ROLES,
  type MarketRole,
  type Role,
  roleBits,
  rolesOfBits,
} from './authorisation/roles.ts'
export { type EscrowBalances, type EscrowEvent, rebuildBalances } from './billing/rebuild.ts'
export { type Hex, type Keccak256, toBytes, toHex } from './commitment/bytes.ts'
export {
  type BalanceProof,
  type BatchCommitment,
  type Book,
  balanceLeaf,
  type CommittedBalance,
  commitBatch,
  type LeafFrame,
  verifyBalanceProof,
} from './commitment/commit-batch.ts'
export { meteringPointId, saltOf } from './commitment/salts.ts'
export { packTotals, totalsHash, unpackTotals } from './commitment/totals.ts'
export {
  type ConsentedPoint,
  joinConsent,
  leaveConsent,
  type ReportValues,
  settlementReport,
} from './consent/typed-data.ts'
export { OpemError, type OpemErrorInit } from './errors/opem-error.ts'
export { ok, type Result, refuse } from './errors/result.ts'
export { OPERATIONS, type Operation, type PresentationTerms, presentationTypedData } from './identity/presentation.ts'
export {
  AGREEMENT_STATES,
  type Agreement,
  type AgreementState,
  agreementId,
  agreementTypedData,
  extensionTypedData,
  PRICE_PLANS,
  type PricePlan,
  paymentId,
} from './marketplace/agreement.ts'
export {
  COMPOSITION_STATES,
  type CompositionState,
  INNOVATION_STATES,
  type InnovationState,
} from './marketplace/innovation.ts'
export type { ChainEvent } from './marketplace/ledger/event.ts'
export { escrowEventOf, type MarketLedger, rebuildMarket } from './marketplace/ledger/ledger.ts'
export {
  LISTING_KINDS,
  LISTING_STATES,
  type ListingApproval,
  type ListingKind,
  type ListingState,
  listingApproval,
} from './marketplace/listing-approval.ts'
export { PAYMENT_STATES, type PaymentState, type Voucher, voucherTypedData } from './marketplace/voucher.ts'
export { type MeterShare, MOST_COMMUNITIES, meterHasShareLeft } from './participation/meter-shares.ts'
export { formatInstant, parseInstant } from './periods/instant.ts'
export {
  instantsOfWallClock,
  isTimeZone,
  localDay,
  localDayOf,
  localMonth,
  type WallClock,
  wallClockOf,
} from './periods/local-time.ts'
export {
  isPeriodSeconds,
  isPeriodStart,
  type Period,
  type PeriodSeconds,
  periodNumber,
  periodStarts,
} from './periods/period.ts'
export { type MemberMoney, moneyAt, priceMember } from './pricing/member-money.ts'
export { type PeriodPrices, periodPrices } from './pricing/period-prices.ts'
export {
  type CheckedPrices,
  type CommittedPrices,
  checkPrices,
  type PriceAt,
  priceSegmentHash,
  priceSegments,
  pricesBetween,
} from './pricing/price-commitment.ts'
export type { PriceSeries } from './pricing/price-series.ts'
export { canonicalJson } from './rules/canonical-json.ts'
export { parseRules } from './rules/parse-rules.ts'
export type * from './rules/rules-document.ts'
export { rulesFrom, rulesHash, rulesInForce, rulesOnChain } from './rules/rules-in-force.ts'
export {
  byMember,
  type MemberEnergy,
  type SettledMember,
  type SettledPeriod,
  settlePeriod,
} from './settlement/settle-period.ts'
export { settledBook, settledMember } from './settlement/settled-book.ts'
export * from './statement/adjustments.ts'
export * from './statement/fund.ts'
export * from './statement/ledger.ts'
export * from './statement/period-state.ts'
export { type Statement, type StatementDay, statementOf } from './statement/statement.ts'
export * from './statement/statement-document.ts'
export * from './statement/unmeasured.ts'
export { type AuthorisedInterval, isAuthorised } from './substitution/authorised.ts'
export {
  countFlags,
  FLAG_ESTIMATED,
  FLAG_SENTENCES,
  FLAG_SUBSTITUTED,
  FLAG_UNAUTHORISED,
  FLAG_WITHOUT_HISTORY,
  type FlagName,
  flagNames,
} from './substitution/flags.ts'
export {
  type ClosedPeriod,
  type MemberMeter,
  type MeteredMember,
  memberEnergies,
  missingMeters,
  type Substituted,
} from './substitution/member-energies.ts'
export { type PeriodReading, substituteReading } from './substitution/substitute-reading.ts'
export {
  cost,
  formatEur,
  formatNanoEur,
  MicroEur,
  MicroEurPerKwh,
  NanoEur,
  roundDown,
  roundUp,
  toJsonWh,
  Wh,
} from './units/units.ts'
export { formatMeterReading, type MeterReading, parseMeterReading, type Quality } from './wire/meter-reading.ts'
export { parsePriceSeries } from './wire/prices.ts'
export { type EvidenceBook, formatTradingBatch, parseTradingBatch, type TradingBatch } from './wire/trading-batch.ts'
