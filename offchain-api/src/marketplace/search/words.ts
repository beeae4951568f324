const WORD = /[\p{L}\p{N}]+(?:\.\p{N}+)*/gu
const MARKS = /\p{M}+/gu
const LONGEST = 40

/**
 * The words of a text in any language, as they are searched for: lower case, without accents; codes keep their dots.
 * @example wordsOf('Previsión de la demanda (E6.2), PT15M') // ['prevision', 'de', 'la', 'demanda', 'e6.2', 'pt15m']
 */
export const wordsOf = (text: string): string[] =>
  (text.normalize('NFKD').replace(MARKS, '').toLowerCase().match(WORD) ?? []).map((word) => word.slice(0, LONGEST))

/**
 * What the forms of a word have in common: the word without its last two letters, of long words. It stands for no language,
 * so that plurals and cases of most European ones meet.
 * @example stemOf('previsiones') // 'prevision'
 * @example stemOf('wind') // 'wind'
 */
export const stemOf = (word: string): string => (word.length < 6 || /\d/.test(word) ? word : word.slice(0, -2))

/** Whether a word may be a form of the one that was asked for. */
export const isForm = (word: string, asked: string): boolean => {
  const stem = stemOf(asked)
  return (
    word === asked || (asked.length >= 4 && word.startsWith(stem) && word.length <= stem.length + 4 && !/\d/.test(word))
  )
}

/**
 * How many letters differ: replaced, missing, too many, or two exchanged (optimal string alignment); more than `most` is
 * `most + 1`.
 * @example lettersApart('forcsat', 'forecast', 3) // 2
 */
export function lettersApart(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1
  let [before, row]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, column) => column)]
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let least = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, before[j - 2]! + 1)
      next.push(least)
    }
    before = row
    row = next
  }
  return Math.min(row[b.length]!, most + 1)
}

/** How many letters a misspelt word of this length may be off. */
export const mayBeOff = (word: string): number => (word.length < 4 ? 0 : word.length < 6 ? 1 : word.length < 10 ? 2 : 3)
