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
export { delegatedRoles, delegateTypeOf, roleOfDelegateType } from './authorisation/delegate-type.ts'
export { AUTHORISATION_MATRIX, CAPABILITIES, type Capability, type CapabilityRule } from './authorisation/matrix.ts'
export { mayUse, ruleText } from './authorisation/may-use.ts'
export {
  ACTORS,
  type Actor,
  actorsOf,
  MARKET_ROLES,
  type MarketRole,
  ROLES,
  type Role,
  roleBits,
  rolesOfBits,
} from './authorisation/roles.ts'
export { correctedAmounts } from './billing/corrected-invoice.ts'
export { hasVatPrefix, isCountry } from './billing/countries.ts'
export { type CreditNote, creditLines, creditNoteNumber } from './billing/credit-note.ts'
export { type Due, dueOf, duesAt, MOST_DUES, nextDue } from './billing/dues.ts'
export { splitFee } from './billing/fee.ts'
export {
  type Bill,
  type Cent,
  centText,
  centToMicro,
  type Invoice,
  type InvoiceLine,
  type InvoiceTotals,
  invoiceNumber,
  invoiceTotals,
  microToCent,
  netOf,
  netOfLine,
  type Preceding,
  type Settlement,
  settlementOf,
  type VatBreakdown,
} from './billing/invoice.ts'
export {
  EU_COUNTRIES,
  type InvoiceParty,
  isIban,
  isVatId,
  type VatTreatment,
  vatTreatment,
} from './billing/invoice-party.ts'
export { microOfEur } from './billing/money-text.ts'
export {
  durationWords,
  type PaymentTerms,
  planOf,
  planWords,
  shortEur,
} from './billing/price-plan.ts'
export { type EscrowBalances, type EscrowEvent, rebuildBalances } from './billing/rebuild.ts'
export {
  judgeVoucher,
  type MilliUnits,
  mayUseMore,
  owedForUse,
  type UseAccount,
  type UseVerdict,
  type VoucherRefusal,
} from './billing/usage.ts'
export { type MonthOfUse, monthOf, nextUseInvoice, type UseOfAgreement, useLines } from './billing/use-invoice.ts'
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
export { contentBytes, contentDigest, MOST_CONTENT_BYTES } from './content/content.ts'
export {
  type AgreedData,
  type AgreedSource,
  type AgreementDocument,
  type AgreementParty,
  type AgreementTerms,
  type AgreementTermsJson,
  type ChosenParameter,
  formatAgreementTerms,
  parseAgreementTerms,
} from './contracting/agreement-document.ts'
export { AGREEMENT_STAGES, type AgreementStage } from './contracting/agreement-stages.ts'
export { type AgreementSentence, agreementWords, periodWords, priceWords } from './contracting/agreement-words.ts'
export {
  type DataFound,
  type DataVerdict,
  ENOUGH_BPS,
  judgeData,
  mayAdapt,
  periodOf,
  possiblePeriods,
} from './contracting/data-check.ts'
export {
  type Choices,
  draftAgreement,
  type OfferedService,
  type OwnData,
  type PlannedTerms,
  problemOf,
} from './contracting/draft-agreement.ts'
export {
  INSTANCE_STATES,
  INSTANCE_STEPS,
  type InstanceActor,
  type InstanceState,
  type InstanceStep,
  mayStep,
} from './contracting/instance-states.ts'
export { asksNoMore, type ConsentTerms, consentTerms } from './data/consent-terms.ts'
export { type DataConsent, dataConsentTypedData } from './data/data-consent.ts'
export { type OdrlPolicy, type OdrlProblem, odrlAgreement, odrlOffer, readOdrl } from './data/odrl.ts'
export { mayPassOn, PASSED_ON_FOR } from './data/pass-on.ts'
export { DATA_PURPOSES, type DataPurpose, dataPurposes, policyWords, type UsePolicy } from './data/policy.ts'
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
  paymentId,
} from './marketplace/agreement.ts'
export {
  auditMarket,
  type EscrowSums,
  type MarketAudit,
  type MarketAuditRequest,
} from './marketplace/audit/audit-market.ts'
export { blocksIn } from './marketplace/audit/block-at.ts'
export type { MarketIndex } from './marketplace/audit/check-index.ts'
export {
  type EventPlace,
  MARKET_CHECKS,
  type MarketCheck,
  type MarketCheckName,
  type MarketFinding,
  placeOfFinding,
} from './marketplace/audit/finding.ts'
export type { MarketCall, MarketChain, TokenTransfer, TypedData } from './marketplace/audit/market-chain.ts'
export { readContracts } from './marketplace/audit/read-contracts.ts'
export { type AskIndex, readIndex, readIndexSums } from './marketplace/audit/read-index.ts'
export { type MarketStanding, marketStandingOf } from './marketplace/audit/standing.ts'
export type { ContractVerdict, PartyVerdict } from './marketplace/audit/verdicts.ts'
export {
  allowedNext,
  type ChainProblem,
  type ChainVerdict,
  type Composable,
  type CompositionPair,
  checkChain,
  composableOf,
  FEWEST_STEPS,
  MOST_STEPS,
  mayAdd,
  mayFollow,
} from './marketplace/composition.ts'
export { type Difference, differences } from './marketplace/differences.ts'
export {
  COMPOSITION_STATES,
  type CompositionState,
  INNOVATION_STATES,
  type InnovationState,
} from './marketplace/innovation.ts'
export {
  costOverYear,
  type InnovationRequestDocument,
  listingDraftOf,
  type ProposalDocument,
} from './marketplace/innovation-documents.ts'
export {
  LANDING_BLOCK_KINDS,
  type LandingBlock,
  type LandingBlockKind,
  MOST_PICTURE_BYTES,
} from './marketplace/landing-page.ts'
export {
  ACTOR_CONTRACTS,
  type ActorContract,
  type ActorEvent,
  type ChainEvent,
  type LocatedEvent,
  MARKET_CONTRACTS,
  type MarketContract,
} from './marketplace/ledger/event.ts'
export { type MarketLedger, rebuildMarket } from './marketplace/ledger/ledger.ts'
export {
  LISTING_STATES,
  type ListingApproval,
  type ListingState,
  listingApproval,
} from './marketplace/listing-approval.ts'
export {
  DATA_FORMS,
  type DataForm,
  GRANULARITIES,
  type Granularity,
  LISTING_KINDS,
  type ListingDocument,
  type ListingKind,
  listingKindNumber,
  type NeededData,
  type OfferedData,
  PARAMETER_TYPES,
  type ParameterType,
  PRICE_PLAN_KINDS,
  type PricePlan,
  type PricePlanKind,
  pricePlanNumber,
  type ReadingsOffered,
  SERVICE_CATEGORIES,
  type ServedChain,
  type ServiceParameter,
} from './marketplace/listing-document.ts'
export { LISTING_EXAMPLES } from './marketplace/listing-examples.ts'
export { NOTIFICATION_KINDS, type NotificationKind, notificationKinds } from './marketplace/notification-kinds.ts'
export { MOST_RATING_WORDS, type Rating, ratingTypedData } from './marketplace/rating.ts'
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
export { sentenceOf, sentences } from './refusals/contract-sentences.ts'
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
