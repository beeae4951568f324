/** InnovationState of IOpenInnovation.sol in words, by its number; of requests and of proposals. */
export const INNOVATION_STATES = ['none', 'open', 'withdrawn', 'chosen'] as const
export type InnovationState = (typeof INNOVATION_STATES)[number]

/** CompositionState of ICompositionRegistry.sol in words, by its number. */
export const COMPOSITION_STATES = ['none', 'requested', 'approved', 'rejected', 'withdrawn'] as const
export type CompositionState = (typeof COMPOSITION_STATES)[number]
