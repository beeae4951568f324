/** Errors of agreements and their parties as sentences; see errors.ts. */
export const agreementSentences: Record<string, string> = {
  AgreementExpired: 'The offer could be signed until {0:time}; it is {1:time} now. Make it anew.',
  AgreementExists: 'This very agreement is on the chain already.',
  AgreementListingNotPublished: 'The listing is not published now, so nothing new is contracted under it.',
  AgreementListingVersion: 'The agreement is about version {1} of the listing; version {2} is in force. Make it anew.',
  AgreementNotProvider: 'The listing belongs to {2}, not to {1}: it was handed over. Make the agreement anew.',
  AgreementWithOneself: 'An agreement needs two parties; {0} is both.',
  AgreementFee: 'The agreement says a platform fee of {0} hundredths of a percent; {1} are in force. Make it anew.',
  AgreementPlan: 'The price plan {0} does not fit its price and interval.',
  AgreementPeriod: 'An agreement from {0:time} until {1:time} has ended already, or ends before it begins.',
  AgreementNotConcluded: 'There is no such agreement on the chain, or it was ended already.',
  AgreementEnded: 'The agreement ended at {1:time}; it is {2:time} now.',
  AgreementNotExtended: 'The agreement ends at {2:time}; {1:time} is no later end.',
  AgreementFeeTooHigh: 'A fee of {0} hundredths of a percent is not possible; at most {1} are.',
  PartyNotActive: 'The account of {0} is not active, or has not the role that this needs.',
  PartyNotActing:
    'The connected wallet ({0}) does not act for {1} on the chain: its company names it as a delegate first (opem wallet issue).',
  PartySignatureInvalid: 'The signature is by {2}, who does not act for {0} in the role that this needs.',
}
