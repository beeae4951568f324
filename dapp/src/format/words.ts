/** @example plural(1, 'member') // '1 member' */
export const plural = (count: number | bigint, one: string, many = `${one}s`): string =>
  `${count} ${Number(count) === 1 ? one : many}`

/** @example listOf(['one', 'two', 'three']) // 'one, two and three' */
export const listOf = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
