/** A picture by its bytes: what it says it is, and how large. */
export interface PictureType {
  readonly type: 'image/png' | 'image/jpeg' | 'image/webp'
  readonly width: number
  readonly height: number
}

const MOST_PIXELS = 40_000_000

/**
 * Reads the head of a PNG (ISO/IEC 15948), JPEG (ITU T.81) or WebP (RFC 9649). Nothing else is a picture here: an SVG is a
 * program, whatever it is called. @returns undefined for all else, and for pictures no screen would hold
 */
export function pictureType(bytes: Uint8Array): PictureType | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const read = png(bytes, view) ?? webp(bytes, view) ?? jpeg(bytes, view)
  if (read === undefined || read.width < 1 || read.height < 1 || read.width * read.height > MOST_PIXELS)
    return undefined
  return read
}

const text = (bytes: Uint8Array, from: number, length: number) =>
  String.fromCharCode(...bytes.subarray(from, from + length))

function png(bytes: Uint8Array, view: DataView): PictureType | undefined {
  if (bytes.length < 33 || text(bytes, 0, 8) !== '\x89PNG\r\n\x1a\n' || text(bytes, 12, 4) !== 'IHDR') return undefined
  return { type: 'image/png', width: view.getUint32(16), height: view.getUint32(20) }
}

function webp(bytes: Uint8Array, view: DataView): PictureType | undefined {
  if (bytes.length < 30 || text(bytes, 0, 4) !== 'RIFF' || text(bytes, 8, 4) !== 'WEBP') return undefined
  const three = (at: number) => view.getUint8(at) | (view.getUint8(at + 1) << 8) | (view.getUint8(at + 2) << 16)
  const sized = (width: number, height: number): PictureType => ({ type: 'image/webp', width, height })
  switch (text(bytes, 12, 4)) {
    case 'VP8X':
      return sized(three(24) + 1, three(27) + 1)
    case 'VP8 ':
      return sized(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff)
    case 'VP8L': {
      const bits = view.getUint32(21, true)
      return sized((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1)
    }
    default:
      return undefined
  }
}

// Start of frame: every SOFn marker but DHT (C4), JPG (C8) and DAC (CC).
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)

function jpeg(bytes: Uint8Array, view: DataView): PictureType | undefined {
  if (bytes.length < 12 || bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined
  let at = 2
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined
    const marker = bytes[at + 1]!
    if (marker === 0xff) {
      at += 1
      continue
    }
    if (isFrame(marker)) return { type: 'image/jpeg', height: view.getUint16(at + 5), width: view.getUint16(at + 7) }
    if (marker === 0xd9 || marker === 0xda) return undefined // the end, or the scan, before any frame
    const length = view.getUint16(at + 2)
    if (length < 2) return undefined
    at += 2 + length
  }
  return undefined
}
