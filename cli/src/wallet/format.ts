import { formatInstant, ROLES, type Role } from '@opem/domain'
import { refusal } from '../failure.ts'

export const isoOf = (seconds: number): string => formatInstant(seconds)
export const rolesIn = (roles: readonly string[]): string => roles.join(', ')

/** `administrator` or a list like `data-user,service-user`. @throws ERR_ROLES */
export function parseRoles<const A extends readonly Role[]>(text: string, allowed: A = ROLES as never): A[number][] {
  const roles = text.split(',').map((role) => role.trim())
  if (roles.length > 0 && roles.every((role) => allowed.some((known) => known === role))) {
    return [...new Set(roles)] as A[number][]
  }
  throw refusal('ERR_ROLES', `"${text}" is not a list of roles: give some of ${allowed.join(', ')}, with commas.`)
}

const DAY = 86_400

/** `365d`, or a day like 2027-06-30 (its end, UTC), in epoch seconds. @throws ERR_EXPIRY */
export function parseExpiry(text: string, now: number): number {
  const days = /^([1-9]\d{0,3})d$/.exec(text)?.[1]
  if (days !== undefined) return now + Number(days) * DAY
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) / 1000 : Number.NaN
  if (!Number.isNaN(day)) return day + DAY
  throw refusal('ERR_EXPIRY', `"${text}" is no expiry: give days like 365d, or the last day like 2027-06-30.`)
}
