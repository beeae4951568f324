import { formatInstant } from '@opem/domain'

/** The day of an instant in UTC. @example dayText(1778371200) // '2026-05-10' */
export const dayText = (epoch: number): string => formatInstant(epoch).slice(0, 10)

/** @example minuteText(1778371260) // '2026-05-10 00:01' */
export const minuteText = (epoch: number): string => formatInstant(epoch).slice(0, 16).replace('T', ' ')
