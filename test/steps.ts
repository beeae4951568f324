import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { root } from './instance.ts'

/** A button of the page itself, not of the frame around it. */
export const button = (page: Page, name: string | RegExp) =>
  page.getByRole('main').getByRole('button', { name, exact: typeof name === 'string' })

/** Whether a button does its work when it is pressed: it is there, nothing is under way, and it would not say what it still needs. */
export const canPress = async (wanted: Locator): Promise<boolean> =>
  (await wanted.isVisible()) &&
  (await wanted.isEnabled()) &&
  !/\bwaits\b/.test((await wanted.getAttribute('class')) ?? '')

/** Connects the wallet that the browser announced on a page that asks for it, unless the page found it connected. */
export const connectWallet = async (page: Page) => {
  const connected = button(page, 'Use another wallet')
  await button(page, 'Test Wallet').or(connected).first().waitFor()
  if (!(await connected.isVisible()))
    await button(page, 'Test Wallet')
      .click({ timeout: 3000 })
      .catch(() => undefined)
  await connected.waitFor()
}

/** Goes to a page by the menu: by its group, or straight when the group has one page only. */
export async function goTo(page: Page, group: string, place: string): Promise<void> {
  const menu = page.getByRole('navigation', { name: 'Main' })
  const straight = menu.getByRole('link', { name: place, exact: true })
  const opener = menu.getByRole('button', { name: group })
  await straight.or(opener).first().waitFor()
  if (!(await straight.isVisible())) await opener.click()
  await page.getByRole('link', { name: place, exact: true }).first().click()
}

export const importCredential = async (page: Page, credential: string) => {
  await page.getByLabel('Paste a credential').fill(credential)
  await button(page, 'Import').click()
}

export const signIn = async (page: Page) => {
  await button(page, 'Sign in').click()
  await page.getByRole('button', { name: /^Signed in as/ }).waitFor()
}

/** Keeps a picture for the guides when asked to (docs/guide.md names the command): the top of the page, or from `at` on. */
export async function picture(page: Page, name: string, at?: Locator): Promise<void> {
  if (process.env.OPEM_SCREENSHOTS !== '1') return
  await at?.first().evaluate((element) => {
    const frame = document.querySelector('header')?.getBoundingClientRect().height ?? 0
    window.scrollTo({ top: window.scrollY + element.getBoundingClientRect().top - frame - 24, behavior: 'instant' })
  })
  mkdirSync(join(root, 'docs/screenshots'), { recursive: true })
  await page.screenshot({ path: join(root, 'docs/screenshots', `${name}.png`) })
}

/** What a page looked like when a test failed, for whoever reads the log. */
export async function showFailure(page: Page, { id, name }: { id: string; name: string }): Promise<void> {
  mkdirSync(join(root, 'test/.output'), { recursive: true })
  await page.screenshot({ path: join(root, 'test/.output', `${id}.png`), fullPage: true })
  console.log(`${name}: ${page.url()}\n${(await page.locator('body').innerText()).slice(0, 3000)}`)
}
