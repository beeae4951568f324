/** What somebody typed as JSON, or that it is none. @example parsedJson('[1') // { ok: false } */
export function parsedJson(text: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false }
  }
}
