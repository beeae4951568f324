/** How a value may be written: as it is, escaped in JSON or a URL, and in hex and base64 of its bytes. */
export function forms(value: string): Buffer[] {
  const text = Buffer.from(value)
  const found: Buffer[] = [
    value,
    jsonEscaped(value),
    encodeURIComponent(value),
    text.toString('hex'),
    ...base64Of(text),
  ].map((form) => Buffer.from(form))
  const bytes = bytesBehind(value)
  if (bytes) found.push(bytes, ...[bytes.toString('hex'), ...base64Of(bytes)].map((form) => Buffer.from(form)))
  const upper = found.flatMap((form) => (/^[0-9a-f]+$/.test(form.toString()) ? [form.toString().toUpperCase()] : []))
  return [...found, ...upper.map((form) => Buffer.from(form))].filter((form) => form.length >= SHORTEST)
}

// What is shorter stands anywhere by chance.
const SHORTEST = 5

const jsonEscaped = (value: string): string =>
  [...JSON.stringify(value).slice(1, -1)]
    .map((letter) => (letter > '~' ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}` : letter))
    .join('')

/** The bytes that hex (`0x…`) or base64url of 32 bytes stands for. */
function bytesBehind(value: string): Buffer | undefined {
  if (/^0x([0-9a-f]{2}){16,}$/i.test(value)) return Buffer.from(value.slice(2), 'hex')
  return /^[\w-]{43}$/.test(value) ? Buffer.from(value, 'base64url') : undefined
}

/** Base64 of the bytes wherever they stand in what was encoded: the letters that only they decide. */
function base64Of(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const first = Math.ceil((before * 8) / 6)
    const last = Math.floor(((before + bytes.length) * 8) / 6)
    const whole = Buffer.concat([Buffer.alloc(before), bytes])
    return (['base64', 'base64url'] as const).map((how) => whole.toString(how).slice(first, last))
  })
}
