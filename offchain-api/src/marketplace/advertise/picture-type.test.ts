import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pictureType } from './picture-type.ts'

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

// 1×1 pixels each, as libpng, libjpeg and libwebp write them.
export const PNG = bytes(
  '89504e470d0a1a0a 0000000d 49484452 00000001 00000001 08060000001f15c489 0000000d 49444154 789c6360000002000001 e221bc33 00000000 49454e44 ae426082',
)
const JPEG = bytes(
  'ffd8 ffe000104a46494600010100000100010000 ffdb0043 00080606070605080707070909080a0c140d0c0b0b0c1912130f141d1a1f1e1d1a1c1c20242e2720222c231c1c2837292c30313434341f27393d38323c2e333432 ffc40008 001122334455 ffc0000b 08 0002 0003 010111 00 ffd9',
)
const LOSSY = bytes('52494646 24000000 57454250 56503820 18000000 300100 9d012a 0500 0700 0002003425a40003 70')
const LOSSLESS = bytes('52494646 1a000000 57454250 5650384c 0d000000 2f 03400000 07d0ffff 3f0000')
const EXTENDED = bytes('52494646 1a000000 57454250 56503858 0a000000 00000000 090000 130000 00000000')

describe('a picture is known by its bytes', () => {
  test('PNG, JPEG and the three forms of WebP, with width and height', () => {
    expect(pictureType(PNG)).toEqual({ type: 'image/png', width: 1, height: 1 })
    expect(pictureType(JPEG)).toEqual({ type: 'image/jpeg', width: 3, height: 2 })
    expect(pictureType(LOSSY)).toEqual({ type: 'image/webp', width: 5, height: 7 })
    expect(pictureType(LOSSLESS)).toEqual({ type: 'image/webp', width: 4, height: 2 })
    expect(pictureType(EXTENDED)).toEqual({ type: 'image/webp', width: 10, height: 20 })
  })

  test.each([
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['a page', '<!doctype html><script>alert(1)</script>'],
    ['a GIF', 'GIF89a\x01\x00\x01\x00\x00\x00\x00;                       '],
    ['nothing', ''],
  ])('%s is none', (_what, text) => {
    expect(pictureType(new TextEncoder().encode(text))).toBeUndefined()
  })

  test('one that is larger than any screen is none', () => {
    const huge = PNG.slice()
    huge.set([0, 1, 0, 0, 0, 1, 0, 0], 16) // 65,536 × 65,536
    expect(pictureType(huge)).toBeUndefined()
  })

  test('whatever is sent is read without an error, also when it is cut off', () => {
    for (const picture of [PNG, JPEG, LOSSY, LOSSLESS, EXTENDED])
      for (let length = 0; length < picture.length; length += 1) pictureType(picture.subarray(0, length))
    fc.assert(
      fc.property(fc.constantFrom('', 'ffd8ffe0', '89504e470d0a1a0a', '52494646'), fc.uint8Array(), (head, tail) => {
        pictureType(new Uint8Array([...Buffer.from(head, 'hex'), ...tail]))
      }),
    )
  })
})
