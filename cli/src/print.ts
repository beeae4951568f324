/** Prints a command's answer: one JSON object with --json (bigints as decimal strings), lines for people otherwise. */
export function print(options: { readonly json?: boolean }, value: unknown, lines: readonly string[]): void {
  const text = options.json
    ? JSON.stringify(value, (_key, field: unknown) => (typeof field === 'bigint' ? field.toString() : field))
    : lines.join('\n')
  process.stdout.write(`${text}\n`)
}
