import { type Browser, type BrowserContext, chromium } from 'playwright-core'

// Debian's Chromium as root; without its background requests, which a closed network would refuse one by one.
const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'

/** A headless browser with an empty profile in `folder`. */
export const openBrowser = (folder: string): Promise<BrowserContext> =>
  chromium.launchPersistentContext(folder, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: FLAGS.split(' '),
    viewport: { width: 1280, height: 900 },
    timezoneId: 'UTC',
  })

/** A headless browser for several people, each with a context (cookies, storage, wallet) of their own. */
export const openPeoplesBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: FLAGS.split(' ') })
