/** What the agreement registry's refusals mean to whoever waits for an agreement or a later end, and what to do. */
const WORDS: Readonly<Record<string, string>> = {
  AgreementExpired: 'the time in which it could be signed is over; make it anew',
  AgreementExists: 'it is concluded already; its page tells',
  AgreementListingNotPublished: 'the listing is not published now; ask its provider, and try again when it is',
  AgreementListingVersion: 'the listing has another version by now; make a new offer on its page',
  AgreementNotProvider: 'the listing belongs to another provider by now; make a new offer on its page',
  AgreementFee: 'the platform fee is another one by now; make a new offer on the listing’s page',
  AgreementPeriod: 'the time that it was for is over; make a new offer with a later end',
  AgreementNotConcluded: 'the agreement was ended already; conclude a new one',
  AgreementEnded: 'the agreement is over; conclude a new one',
  AgreementNotExtended: 'the agreement ends later than that already',
  PartyNotActive: 'the account of one side is not active in the role that it needs; it asks the operator',
  PartySignatureInvalid: 'one who signed may not sign for their side any more; sign it anew',
}

/** @param error name of the contract's error. @example refusalWords('AgreementExists') // 'it is concluded already; its page tells' */
export const refusalWords = (error: string): string => WORDS[error] ?? `${error}; make it anew`
