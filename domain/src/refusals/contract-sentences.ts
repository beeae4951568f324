import { rolesOfBits } from '../authorisation/roles.ts'
import { shortEur } from '../billing/price-plan.ts'
import { AGREEMENT_STATES } from '../marketplace/agreement.ts'
import { COMPOSITION_STATES, INNOVATION_STATES } from '../marketplace/innovation.ts'
import { LISTING_STATES } from '../marketplace/listing-approval.ts'
import { PAYMENT_STATES } from '../marketplace/voucher.ts'
import { MicroEur } from '../units/units.ts'
import { marketSentences } from './market-sentences.ts'

/**
 * Every custom error of our contracts as a sentence for the person who meant to act. `{0}`, `{1}` … are the error's
 * arguments in order; `{0:time}` and the like say how they are written. A test compares this table with the ABIs, so a new error cannot arrive without its sentence.
 */
export const sentences: Record<string, string> = {
  ...marketSentences,
  FactoryPeriodLength: 'A period of {0} seconds is not possible: choose 900 (a quarter of an hour) or 3600 (an hour).',
  FactoryStartNotOnPeriod: 'The start {0:time} is not on a boundary of periods of {1} seconds.',
  FactoryScheme: 'The commitment scheme {0} is unknown to this contract; version 1 is meant.',

  CommunityNotAdministrator: 'Only the administrator {1} may do this; the connected account is {0}.',
  CommunityNotOnPeriod: 'The time {0:time} is not on a boundary of periods of {1} seconds.',
  CommunityInThePast: 'The time {0:time} is too early: the earliest possible is {1:time}.',
  CommunityMemberExists: 'The member {0} is in this community already.',
  CommunityMemberUnknown: 'The member {0} is not in this community.',
  CommunityMemberLeft: 'The member {0} left the community at {1:time}.',
  CommunityConsentInvalid:
    'The consent was not signed by {0} for exactly these values (the signature belongs to {1}). Ask the member to sign again.',
  CommunityConsentExpired: 'The consent was valid until {0:time}; it is {1:time} now. Ask the member to sign again.',
  CommunityMeteringPoints: '{0} metering points were given; a member has at least one and at most {1}.',
  CommunityMeteringPointTaken: 'The metering point {0} belongs to another member already.',
  CommunityParticipation: 'A participation of {0} % is not possible: choose 1 to 100 %.',
  CommunityRulesOrder:
    'The new rules start at {0:time}, but the version before starts at {1:time}: choose a later start.',
  CommunityRulesTooLate: 'Rules are committed ahead: {0:time} is too early, the earliest possible start is {1:time}.',
  CommunityRulesUnknown: 'There is no rule version {0}.',
  CommunityAlreadyRunning: 'Settlement runs already.',
  CommunityNotRunning: 'Settlement does not run.',
  CommunityAlreadyInitialised: 'This contract is a community already.',
  CommunityAddressZero: 'The empty address cannot take this role.',

  CommitteeNodeExists: 'The oracle node {0} has a seat already.',
  CommitteeNodeNotSeated: 'The oracle node {0} has no seat.',
  CommitteeBondTooSmall: 'A bond of {0} wei is too small: {1} wei are needed.',
  CommitteeBondLocked: 'The bond of {0} is locked until {1:time}: what the node signed can still be challenged.',
  CommitteeQuorumNotMet: '{0} oracle nodes signed; {1} are needed.',
  CommitteeSignersNotAscending: 'Signatures must be in ascending order of their signers: {1} came after {0}.',
  CommitteeQuorumOutOfRange: 'A quorum of {0} is not possible with {1} seats.',
  CommitteeSeatsExhausted: 'All 256 seats of the oracle committee have been given.',
  CommitteeNothingToClaim: 'There is no reward for {0}.',
  CommitteePaymentFailed: 'The payment of {1} wei to {0} was refused by its receiver.',

  SettlementCommunityUnknown: 'The settlement contract does not know the community {0}.',
  SettlementOnlyFactory: 'Only the factory may do this, not {0}.',
  SettlementOnlyCommunity: 'Only a community may do this, not {0}.',
  SettlementNotRunning: 'The community {0} does not settle the period at {1:time}: settlement is stopped there.',
  SettlementGapOrOverlap: 'The batch starts at {0:time}, but the next period to settle is {1:time}.',
  SettlementBatchSize: 'A batch of {0} periods is not possible; at most {1} fit.',
  SettlementTotalsCount: '{0} totals were given for {1} periods.',
  SettlementPeriodNotOver: 'The period ends at {0:time}; it is {1:time} now.',
  SettlementRulesNotInForce: 'Rule version {0} was used, but version {1} is in force.',
  SettlementRulesChangeInside: 'The rules change at {0:time}, inside the batch.',
  SettlementShared: 'In the period at {0:time} {1} Wh are shared; {2} Wh would be right.',
  SettlementRevision: 'Revision {0} was given; {1} is next.',
  SettlementBatchMismatch: 'The batch given is not the one the contract holds (given {0}, stored {1}).',
  SettlementWindowClosed: 'The time for corrections ended at {0:time}; it is {1:time} now.',
  SettlementReportExpired: 'The report was valid until {0:time}; it is {1:time} now.',
  SettlementNotMembersTree: 'The balances given are not those committed for the period at {0:time}.',
  SettlementChallengeTooLarge: 'A period of {0} members cannot be challenged at once; at most {1} can.',
  SettlementChallengeUnfounded: 'The period is right: nothing to challenge.',
  SettlementRootZero: 'The batch has no root.',

  IssuerAlreadyAccredited: 'The issuer {0} is accredited for credentials of type {1} already, since {2:time}.',
  IssuerNotAccredited: 'The issuer {0} is not accredited for credentials of type {1}.',
  PriceBookOverlap: 'Prices from {1} on were committed already: the next ones begin at {2} or later.',
  PriceBookSegmentEmpty: 'Prices from {1} to {2} span no time.',
  PriceBookSegmentCount: '{0} spans of prices were given; 1 to {1} are possible at once.',
  PriceBookSegmentUnknown: 'No committed prices begin at {1}.',
  PriceBookNotCurrent: 'The prices from {1} on were stated otherwise meanwhile.',
  SchemaName: 'A schema’s name of {0} bytes is not possible: 1 to {1} bytes are.',
  SchemaVersion: 'Version {0} of the schema was given; {1} is next.',
  SchemaWithoutContent: 'Version {1} of the schema “{0}” has no content.',
  SchemaUnknown: 'There is no schema {0}.',
  DefinitionNotIssuer: 'Only {2}, who controls the DID of the issuer {1}, may do this; the connected account is {0}.',
  DefinitionSchemaUnknown: 'There is no schema {0}: publish it first.',
  DefinitionExists: 'The credential definition {0} exists already.',
  DefinitionUnknown: 'There is no credential definition {0}.',
  DefinitionAlreadyRetired: 'The credential definition {0} was retired at {1:time}.',
  RevocationNotIssuer: 'Only {2}, who controls the DID of the issuer {1}, may revoke; the connected account is {0}.',
  RevocationBatch: '{0} credentials were given; 1 to {1} can be revoked at once.',
  RevocationExpired: 'The signed revocation was valid until {0:time}; it is {1:time} now. Sign again.',
  RevocationSignatureInvalid:
    'The revocation was not signed by {0} for exactly these values (the signature belongs to {1}). Sign again.',

  AccountExists: 'The account {0} exists already.',
  AccountStillPending: 'The account {0} is pending until {1:time}: its holder must show the receipt, or let it expire.',
  AccountNotPending: 'The account {0} is not pending.',
  AccountNotActive: 'The account {0} is not active.',
  AccountNotSuspended: 'The account {0} is not suspended.',
  AccountNotInForce: 'The account {0} is neither active nor suspended.',
  AccountNotRevocable: 'There is no account {0}, or it is revoked already.',
  AccountPendingInThePast: 'The account would be pending until {0:time}; it is {1:time} now.',
  AccountPendingExpired: 'The account {0} was pending until {1:time}; it is {2:time} now. Register again.',
  AccountVersion: 'Version {1} of the Account credential was given; {2} is expected.',
  AccountCredential: 'The Account credential given is not the one expected (given {1}, expected {2}).',
  AccountCredentialNotNew: 'A new version of the Account credential must differ from the one before.',
  AccountRoles: 'The roles {0} are not all known.',

  AccessManagerUnauthorizedAccount: 'The account {0} has not the role {1} that this needs.',
  AccessManagedUnauthorized: 'The account {0} has not the role that this needs.',
  AccessManagedInvalidAuthority: 'The address {0} cannot be the authority of a contract.',
  AccessManagerAlreadyScheduled: 'This operation is scheduled already.',
  AccessManagerBadConfirmation: 'A role is given back by its own holder only.',
  AccessManagerExpired: 'The scheduled operation has expired: schedule it again.',
  AccessManagerInvalidInitialAdmin: 'The address {0} cannot be the first governor.',
  AccessManagerLockedFunction: 'The function {0} is locked.',
  AccessManagerLockedRole: 'The role {0} cannot be changed.',
  AccessManagerNotReady: 'The scheduled operation must wait until its delay is over.',
  AccessManagerNotScheduled: 'This operation is not scheduled.',
  AccessManagerUnauthorizedCall: 'The account {0} may not call {2} of {1}.',
  AccessManagerUnauthorizedCancel: 'The account {0} may not cancel this operation.',
  AccessManagerUnauthorizedConsume: 'The contract {0} may not use this operation.',
  CommunityOnlyFactory: 'Only the factory may do this, not {0}.',
  CommunityWithoutMembers: 'A community without members has nothing to settle: add a member first.',
  SettlementTotalsMalformed: 'The totals of the period at {0:time} are not in their form.',
  InvalidShortString: 'A text of the contract is too long.',
  StringTooLong: 'The text “{0}” is too long.',
  AddressEmptyCode: 'There is no contract at {0}.',
  FailedCall: 'A contract called by this one refused without a reason.',
  FailedDeployment: 'The new contract could not be created.',
  InsufficientBalance: 'The contract holds {0} wei; {1} wei are needed.',
  InvalidAccountNonce: 'The signature of {0} was made for another time (now number {1}): sign again.',
  SafeCastOverflowedUintDowncast: 'The value {1} is too large: it does not fit {0} bits.',
  ERC1967InvalidImplementation: 'The contract {0} cannot take the place of this one.',
  ERC1967NonPayable: 'This needs no payment.',
  ERC1967ProxyUninitialized: 'The new contract was not set up.',
  InvalidInitialization: 'This contract is set up already.',
  NotInitializing: 'This is possible only while the contract is set up.',
  UUPSUnauthorizedCallContext: 'This must be called at the address that the marketplace names.',
  UUPSUnsupportedProxiableUUID: 'The new contract cannot take the place of this one ({0}).',
  AccessManagedRequiredDelay: 'The account {0} must schedule this and wait {1} seconds.',
}

type Argument = bigint | number | string | boolean | undefined

const timeText = (value: Argument) => {
  const seconds = Number(value)
  // 8.64e12 s is the last instant a Date can hold; the contracts use type(uint64).max for "never".
  return Number.isFinite(seconds) && Math.abs(seconds) < 8.64e12
    ? new Date(seconds * 1000).toISOString().replace('.000Z', 'Z').replace('T', ' ')
    : 'never'
}

const wordOf = (words: readonly string[]) => (value: Argument) => words[Number(value)] ?? String(value)

/** How an argument is written: `{1:eur}`. */
const FORMATS: Readonly<Record<string, (value: Argument) => string>> = {
  time: timeText,
  eur: (value) => `${shortEur(MicroEur(BigInt(value ?? 0)))} EUR`,
  roles: (value) => rolesOfBits(Number(value)).join(' or '),
  listing: wordOf(LISTING_STATES),
  agreement: wordOf(AGREEMENT_STATES),
  payment: wordOf(PAYMENT_STATES),
  innovation: wordOf(INNOVATION_STATES),
  composition: wordOf(COMPOSITION_STATES),
}

/** The sentence for a decoded custom error. @example sentenceOf('CommunityNotRunning', []) // 'Settlement does not run.' */
export function sentenceOf(name: string, args: readonly unknown[]): string {
  const sentence = sentences[name]
  if (sentence === undefined) return `The contract refused: ${name}(${args.map(String).join(', ')}).`
  return sentence.replace(/\{(\d)(?::([a-z]+))?\}/g, (_, index: string, format?: string) => {
    const value = args[Number(index)] as Argument
    return (FORMATS[format ?? ''] ?? String)(value)
  })
}
