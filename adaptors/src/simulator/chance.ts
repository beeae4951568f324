/**
 * Chance that anybody can draw again: a number in [0, 1) from words alone, without a state that depends on what was drawn
 * before. The same seed gives the same energy on every machine, from any point in time.
 */
export function chance(...words: readonly (string | number)[]): number {
  let hash = 0x811c9dc5
  for (const character of words.join('|')) {
    hash ^= character.codePointAt(0)!
    hash = Math.imul(hash, 0x01000193)
  }
  // Final mixing of MurmurHash3, so that neighbouring words give unrelated numbers.
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  hash ^= hash >>> 16
  return (hash >>> 0) / 4_294_967_296
}

/** Between `least` and `most`, evenly. */
export const between = (least: number, most: number, ...words: readonly (string | number)[]): number =>
  least + (most - least) * chance(...words)
