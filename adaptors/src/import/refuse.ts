import type { Finding } from '../harmonise/meter-reading.ts'

/**
 * Refusal of a site whose doubtful findings are not all answered by its mapping, or `undefined`.
 * `answered` says whether a mapping field other than `accept` settles the code; `advice` says which field would.
 */
export function unresolved(
  findings: readonly Finding[],
  accept: readonly string[] | undefined,
  answered: (code: string) => boolean,
  advice: Readonly<Record<string, string>> = {},
): { code: string; reason: string } | undefined {
  const open = findings.filter(
    ({ code, severity }) => severity === 'doubtful' && !accept?.includes(code) && !answered(code),
  )
  if (open.length === 0) return undefined
  const reasons = open.map(({ code, message }) => {
    const way = advice[code] ? `${advice[code]}, or ` : ''
    return `${code}: ${message}; to import it, the mapping says ${way}"accept": ["${code}"]`
  })
  return { code: 'ERR_SITE_DOUBTFUL', reason: reasons.join('; ') }
}
