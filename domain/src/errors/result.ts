/** An expected outcome: the value, or a refusal with a stable code and a sentence for people. */
export type Result<T, C extends string = string> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: C; readonly reason: string }

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value })

export const refuse = <C extends string>(
  code: C,
  reason: string,
): { readonly ok: false; readonly code: C; readonly reason: string } => ({ ok: false, code, reason })
