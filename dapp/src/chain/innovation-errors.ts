/** Errors of OpenInnovation and CompositionRegistry as sentences. */
export const innovationSentences: Record<string, string> = {
  InnovationExists: 'The id {0} is taken already. Write the document again.',
  InnovationWithoutContent: 'The digest of the document is missing for {0}.',
  InnovationClosesInThePast: 'Proposals until {0:time} is too early: it is {1:time} now.',
  InnovationClosed: 'The request {0} was closed at {1:time}; it is {2:time} now.',
  InnovationRequestInState: 'The request {0} is not open any more.',
  InnovationProposalInState: 'The proposal {0} is not open any more.',
  InnovationProposalOfAnother: 'The proposal {0} is for the request {2}, not for {1}.',
  CompositionExists: 'The id {0} is taken already. Write the composition again.',
  CompositionLength: '{0} services cannot be chained: {1} to {2} can.',
  CompositionWithoutContent: 'The digest of the document is missing for {0}.',
  CompositionListingNotPublished: 'The service {0} is not offered at the moment.',
  CompositionInState: 'The composition {0} was decided or withdrawn meanwhile.',
  CompositionIndex: 'The composition {0} has {2} services; there is none at place {1}.',
  CompositionAlreadyApproved: 'You approved this service of the composition {0} already.',
}
