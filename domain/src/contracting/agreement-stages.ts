/** Where an agreement stands for people, from the first offer to its end. `agreed` has not begun, `ending` was ended and is in force for the rest of its notice. */
export const AGREEMENT_STAGES = [
  'offered',
  'countered',
  'refused',
  'withdrawn',
  'expired',
  'failed',
  'signed',
  'agreed',
  'in-force',
  'ending',
  'ended',
] as const
export type AgreementStage = (typeof AGREEMENT_STAGES)[number]
