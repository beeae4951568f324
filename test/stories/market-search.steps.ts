import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { picture } from '../steps.ts'

/**
 * M8 in a browser: somebody who is signed in finds a published listing by a misspelt word as they type, narrows the search by
 * a facet, and reads the listing with the chain's word for it.
 * @param page signed in, with the capability "search"
 * @param origin of the page: http://127.0.0.1:8400
 * @param looked what is typed, with an error; and what is found by it
 */
export async function findInMarket(
  page: Page,
  origin: string,
  looked: { readonly typed: string; readonly read: string; readonly title: string; readonly country: string },
): Promise<void> {
  await page.goto(`${origin}/market`)
  const field = page.getByRole('searchbox', { name: 'Search' })
  await field.click()
  await page.keyboard.type(looked.typed, { delay: 40 })
  await page.getByText(`read as ${looked.read}`).waitFor()
  // Answers came and went while it was typed: the keyboard is still in the field.
  expect(await field.evaluate((it) => it === document.activeElement)).toBe(true)
  expect(await field.inputValue()).toBe(looked.typed)
  const results = page.getByRole('region', { name: 'Results' })
  await results.getByRole('link', { name: looked.title }).waitFor()

  await page.setViewportSize({ width: 360, height: 740 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
  await page.setViewportSize({ width: 1280, height: 900 })

  const filters = page.locator('details.filters')
  if (!(await filters.evaluate((it) => (it as HTMLDetailsElement).open))) await filters.locator('summary').click()
  await filters.getByRole('checkbox', { name: new RegExp(`^${looked.country}`) }).click({ force: true })
  await page.waitForURL(/region=/)
  await results.getByRole('link', { name: looked.title }).waitFor()
  await picture(page, 'market-search')
  await page.getByRole('tab', { name: /^Data/ }).click()
  await page.getByText('Nothing is like that').waitFor()
  await page.getByRole('tab', { name: /^Services/ }).click()

  await results.getByRole('link', { name: looked.title }).click()
  await page.getByRole('heading', { level: 1, name: looked.title }).waitFor()
  const proof = page.getByRole('region', { name: 'Is this the listing that was approved?' })
  await proof.getByText('This page made the digest of what it shows and asked the chain: they are the same.').waitFor()
  await picture(page, 'listing-proof', proof)
  await page.setViewportSize({ width: 360, height: 740 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
  await page.setViewportSize({ width: 1280, height: 900 })
}
