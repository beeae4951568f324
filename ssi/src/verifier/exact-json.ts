/**
 * Parses a JSON object of which every member is named once: two parsers would read a repeated member differently, and what
 * was signed would mean two things.
 * @returns undefined for anything else; never throws
 */
export function parseExactObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value) || repeatsMember(text)) return undefined
    return value as Record<string, unknown>
  } catch {
    return undefined
  }
}

const STRING = /"(?:[^"\\]|\\.)*"/y

/** Whether any object in the text, which is valid JSON, names a member twice. */
function repeatsMember(text: string): boolean {
  const open: (Set<string> | undefined)[] = []
  let atName = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === '{') open.push(new Set())
    else if (character === '[') open.push(undefined)
    else if (character === '}' || character === ']') open.pop()
    if (character === '{' || character === ',') atName = open.at(-1) !== undefined
    if (character !== '"') continue
    STRING.lastIndex = i
    const quoted = STRING.exec(text)![0]
    const names = open.at(-1)
    if (atName && names) {
      const name = JSON.parse(quoted) as string
      if (names.has(name)) return true
      names.add(name)
      atName = false
    }
    i += quoted.length - 1
  }
  return false
}
