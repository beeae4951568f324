/** Empties a field whose text was taken, unless somebody has typed on since. @param taken the text that was sent */
export const emptied =
  (taken: string) =>
  (now: string): string =>
    now.trim() === taken.trim() ? '' : now
