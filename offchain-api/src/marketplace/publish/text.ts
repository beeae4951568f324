import { z } from 'zod'

// Characters that nobody sees and that make a text read otherwise than it is: controls, and changes of its direction.
const HIDDEN = /[\p{Cc}\u202a-\u202e\u2066-\u2069\ufeff]/u

const isSeen = (text: string) => text.isWellFormed() && !HIDDEN.test(text)

const written = (most: number, seen: (text: string) => boolean) =>
  z
    .string()
    .min(1, 'nothing is written here')
    .max(most, `at most ${most} characters`)
    .refine((text) => text.trim() !== '', 'there is only white space here')
    .refine(seen, 'there are characters in it that cannot be seen')

/** One line of plain text. */
export const line = (most: number) => written(most, isSeen)

/** Plain text with line breaks. */
export const paragraphs = (most: number) => written(most, (text) => isSeen(text.replaceAll(/[\n\t]/g, '')))

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** An address that a page may link: https without user name or password; http on the own machine alone. */
export const link = z
  .string()
  .max(2000)
  .refine(isLink, 'an address begins with https:// (http:// on the own machine alone) and names no user')
  .meta({ format: 'uri', description: 'https; http on the own machine alone' })

function isLink(text: string): boolean {
  if (!/^https?:\/\/[^\s\\]+$/i.test(text)) return false
  try {
    const { protocol, hostname, username, password } = new URL(text)
    return (protocol === 'https:' || LOOPBACK.has(hostname)) && username === '' && password === ''
  } catch {
    return false
  }
}
