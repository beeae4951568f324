import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { Button, firstMissing } from './Button.tsx'

const drawn = (props: Parameters<typeof Button>[0]) => renderToStaticMarkup(createElement(Button, props, 'Send'))

test('a button that still needs something can be reached, and is described by what it needs', () => {
  const html = drawn({ missing: 'Say why.', type: 'submit' })
  const [, described] = /<button[^>]*aria-describedby="([^"]+)"/.exec(html) ?? []
  expect(html).toContain(`<span id="${described}" class="visually-hidden">Say why.</span>`)
  expect(html).not.toContain('disabled=""')
  // Enter in a field must not send what is not whole.
  expect(html).toContain('type="button"')
})

test('a button that needs nothing, or waits for what it has begun, says nothing', () => {
  expect(drawn({ type: 'submit' })).not.toContain('aria-describedby')
  expect(drawn({ type: 'submit' })).toContain('type="submit"')
  const busy = drawn({ missing: 'Say why.', isDisabled: true })
  expect([busy.includes('Say why.'), busy.includes('disabled=""')]).toEqual([false, true])
})

test('of several needs the first is said', () => {
  expect(firstMissing([false, 'Choose.'], [true, 'Say why.'], [true, 'Sign.'])).toBe('Say why.')
  expect(firstMissing([false, 'Choose.'])).toBeUndefined()
})
