/**
 * Whether all text in a value is text that a store keeps: no zero byte and no half of a surrogate pair, in members' names neither.
 * Walks without recursion: what was nested too deep for us is told by `MOST_DEEP`.
 */
export function isKept(value: unknown): boolean {
  const left: [value: unknown, depth: number][] = [[value, 0]]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [one, depth] = next
    if (typeof one === 'string' && !isKeptText(one)) return false
    if (typeof one !== 'object' || one === null) continue
    if (depth >= MOST_DEEP) return false
    for (const [name, member] of Object.entries(one)) {
      if (!isKeptText(name)) return false
      left.push([member, depth + 1])
    }
  }
  return true
}

/** Deeper is nothing that people write, and a recursion over it would end. */
const MOST_DEEP = 100

const isKeptText = (text: string): boolean => !text.includes('\0') && text.isWellFormed()
