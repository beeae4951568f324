import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { escrowAbi } from '@opem/contracts'
import { type Agreement, type Hex, type MarketAudit, shortEur } from '@opem/domain'
import { openKeyFile } from '@opem/ssi'
import type { Browser, Locator, Page } from 'playwright-core'
import {
  createPublicClient,
  createTestClient,
  createWalletClient,
  encodeEventTopics,
  http,
  type PrivateKeyAccount,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type PublishedListing, toolsOf } from '../../contracts/testing/market.ts'
import { openPeoplesBrowser } from '../browser.ts'
import { type Company, companyWithRepresentative, operator, type SignedIn } from '../companies.ts'
import { type Instance, startInstance, until } from '../instance.ts'
import { openDoor } from '../people.ts'
import { button, picture, showFailure } from '../steps.ts'

const DAY = 86_400
const GRACE = 2 * DAY

let instance: Instance
let browser: Browser
let acme: Company
let bolt: Company
let olga: SignedIn
let tools: ReturnType<typeof toolsOf>
let listing: PublishedListing
let current: Page

type Party = PublishedListing['provider']
let provider: Party
let consumer: Party

beforeAll(async () => {
  instance = await startInstance({
    env: { OPEM_BILLING_GRACE_SECONDS: String(GRACE), OPEM_CHAIN_DEVELOPMENT_RPC: '1' },
  })
  browser = await openPeoplesBrowser()
  acme = await companyWithRepresentative(instance, browser, { name: 'Acme Analytics' })
  bolt = await companyWithRepresentative(instance, browser, { name: 'Bolt Retail' })
  olga = await operator(instance, browser)
  tools = await openTools()
  provider = partyOf(acme, 'service-provider')
  consumer = partyOf(bolt, 'service-user')
  listing = await tools.publishListing(provider)
})
afterAll(async () => {
  await browser?.close()
  await acme?.close()
  await bolt?.close()
  await instance?.remove()
})
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail' && current !== undefined) await showFailure(current, task)
})

/** What tests of contracts do, on this instance's chain: with the operator's own key. */
async function openTools() {
  const transport = http(instance.chain)
  const client = createPublicClient({ chain: foundry, transport, pollingInterval: 100 })
  const account = (await openKeyFile(join(instance.home, 'keys', 'operator.json'))) as PrivateKeyAccount
  const { addresses } = (await (await fetch(`${instance.page}/v1/settings`)).json()) as {
    addresses: Record<string, Hex>
  }
  return toolsOf({
    ...{ url: instance.chain, client, addresses, operator: createWalletClient({ account, chain: foundry, transport }) },
    tester: createTestClient({ chain: foundry, transport, mode: 'anvil' }),
    mined: async (hash: Hex) => {
      const receipt = await client.waitForTransactionReceipt({ hash })
      if (receipt.status !== 'success') throw new Error(`transaction ${hash} reverted`)
      return receipt
    },
  } as never)
}

/** A company as a party: its own key, which is in its wallet, signs agreements. */
function partyOf({ name, address, account }: Company, role: Party['roles'][number]): Party {
  const home = join(instance.home, `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-wallet`)
  const { data } = JSON.parse(readFileSync(join(home, 'keys.json'), 'utf8')) as { data: string }
  const signer = privateKeyToAccount((JSON.parse(data) as { signing: Hex }).signing)
  return { address, account, roles: [role], signer }
}

/**
 * Both sides sign, and the agreement is on the chain. Each side's Account credential gets a line for it, which ends the
 * sessions of the version before: their people sign in again.
 */
async function conclude(change: Partial<Agreement>) {
  const versionOf = async ({ account }: Company): Promise<number> => {
    const answer = await olga.context.request.get(`${instance.page}/v1/accounts/${account}`)
    return ((await answer.json()) as { version: number }).version
  }
  const before = [await versionOf(acme), await versionOf(bolt)] as const
  const concluded = await tools.concludeAgreement(listing, consumer, change)
  await until('both have the next version of their credential', 120_000, async () => {
    return (await versionOf(acme)) > before[0] && (await versionOf(bolt)) > before[1]
  })
  for (const { wallet, representative: who } of [acme, bolt]) {
    const expiresAt = Math.floor(Date.now() / 1000) + 365 * DAY
    const { jwt } = await wallet.issueRepresentative({
      ...{ subject: who.did, name: who.name, email: 'ana@company.example', roles: ['administrator'], expiresAt },
    })
    await openDoor(instance, who.context.request).signIn(who.wallet, jwt)
  }
  return concluded
}

/** The billing page of somebody, with their wallet connected. */
async function billingOf({ page }: SignedIn): Promise<Page> {
  current = page
  await page.goto(`${instance.page}/billing`)
  await page.getByRole('heading', { level: 1, name: 'Billing' }).waitFor()
  const choice = button(page, 'Test Wallet')
  await choice.or(button(page, 'Deposit')).first().waitFor()
  if (await choice.isVisible()) await choice.click({ timeout: 3000 }).catch(() => undefined)
  await button(page, 'Deposit').waitFor()
  return page
}

const purseOf = async (page: Page): Promise<string> =>
  (await page.locator('.figure', { hasText: 'Available' }).locator('.figure-value').innerText()).trim()

/** A payment's row, by the first digits of its agreement. */
const rowOf = (page: Page, agreement: Hex, number = 0) =>
  page.getByRole('region', { name: 'Payments' }).getByRole('row', {
    name: new RegExp(`${agreement.slice(0, 8)}.*no\\. ${number}\\b`),
  })
const comesTo = (page: Page, agreement: Hex, state: string, number = 0) =>
  rowOf(page, agreement, number).getByText(state).first().waitFor({ timeout: 60_000 })

/** Opens a payment, unless it is open, and gives its panel. */
async function panelOf(page: Page, agreement: Hex, number = 0) {
  const opener = rowOf(page, agreement, number).getByRole('button', { name: /^Open/ })
  if (await opener.isVisible()) await opener.click()
  return page.getByRole('region', { name: `Payment ${number}`, exact: true })
}

async function depositOf(page: Page, amount: string): Promise<void> {
  await page.getByRole('region', { name: 'Your purse' }).getByLabel('Amount').fill(amount)
  await button(page, 'Deposit').click()
}

const escrow = <T>(functionName: 'availableOf' | 'feesOf', party: Hex) =>
  tools.client.readContract({ ...tools.contracts.escrow, functionName, args: [party] }) as Promise<T>

test('a representative gets development euros and deposits them with one signature and one transaction', async () => {
  const page = await billingOf(bolt.representative)
  await button(page, 'Get 1,000 development euros').click()
  await page
    .locator('.figure', { hasText: 'In your wallet' })
    .getByText(/€1.000\.00/)
    .waitFor({ timeout: 60_000 })
  await depositOf(page, '100')
  await expect.poll(() => purseOf(page), { timeout: 60_000 }).toBe('€100.00')
  expect(await escrow<bigint>('availableOf', consumer.address)).toBe(100_000_000n)
})

test('a one-time payment is paid by itself, and the consumer accepts it', async () => {
  const { id } = await conclude({ plan: 1, price: 12_500_000n })
  const page = await billingOf(bolt.representative)
  await comesTo(page, id, 'held in escrow')
  const panel = await panelOf(page, id)
  await panel.getByRole('button', { name: 'Accept' }).click()
  await comesTo(page, id, 'released to the provider')
  await picture(page, 'billing', page.getByRole('heading', { level: 1 }))
  const receipt = await page.request.get(
    `${instance.page}${await panel.getByRole('link', { name: 'Receipt (PDF)' }).getAttribute('href')}`,
  )
  expect((await receipt.body()).subarray(0, 8).toString()).toBe('%PDF-1.7')
  const other = await billingOf(acme.representative)
  await expect.poll(() => purseOf(other), { timeout: 60_000 }).toBe('€12.1875')
})

test('a subscription is paid at every interval', async () => {
  const start = await tools.now()
  const { id } = await conclude({ plan: 2, price: 5_000_000n, interval: 30 * DAY, start, end: start + 90 * DAY })
  const page = await billingOf(bolt.representative)
  await comesTo(page, id, 'held in escrow', 0)
  await tools.wait(30 * DAY)
  await comesTo(page, id, 'held in escrow', 1)
  await tools.wait(30 * DAY)
  await comesTo(page, id, 'held in escrow', 2)
  await comesTo(page, id, 'released to the provider', 0)
  expect(await rowOf(page, id, 3).count()).toBe(0)
})

test('what the purse does not cover is asked for, suspends the service after the grace period, and resumes it when it is paid', async () => {
  const { id } = await conclude({ plan: 1, price: 300_000_000n })
  const page = await billingOf(bolt.representative)
  await comesTo(page, id, 'due')
  const panel = await panelOf(page, id)
  await panel.getByText('The purse does not cover it').waitFor({ timeout: 60_000 })
  await tools.wait(GRACE + 60)
  await rowOf(page, id).getByText('suspended').waitFor({ timeout: 60_000 })
  await depositOf(page, '300')
  await comesTo(page, id, 'held in escrow')
  await expect.poll(() => rowOf(page, id).getByText('suspended').count(), { timeout: 60_000 }).toBe(0)

  // Refund: the provider gives a part back of what is held.
  const other = await billingOf(acme.representative)
  const theirs = await panelOf(other, id)
  await theirs.getByLabel('Give back').fill('100')
  await theirs.getByRole('button', { name: 'Give back' }).click()
  await theirs.getByText('€100.00').first().waitFor({ timeout: 60_000 })
})

/** Of the agreement whose dispute was decided: 12 of 20 euros went to the provider. */
let decided: Hex

test('a disputed payment is decided by the operator, who splits it', async () => {
  const { id } = await conclude({ plan: 1, price: 20_000_000n })
  const page = await billingOf(bolt.representative)
  await comesTo(page, id, 'held in escrow')
  const panel = await panelOf(page, id)
  await panel.getByLabel('Reason of a dispute').fill('Half of the forecasts were missing.')
  await panel.getByRole('button', { name: 'Dispute' }).click()
  await comesTo(page, id, 'disputed')

  const other = await billingOf(acme.representative)
  const theirs = await panelOf(other, id)
  await theirs.getByText('Half of the forecasts were missing.').waitFor()
  await theirs.getByLabel('Evidence').fill('The meter sent nothing for two weeks.')
  await theirs.getByRole('button', { name: 'Add evidence' }).click()
  await theirs.getByText('The meter sent nothing for two weeks.').waitFor({ timeout: 60_000 })

  const operators = await billingOf(olga)
  const disputes = operators.getByRole('region', { name: 'Disputes to decide' })
  await disputes.first().getByRole('button', { name: /^Open/ }).click()
  const decision = operators.getByRole('region', { name: 'Payment 0', exact: true })
  await decision.getByText('The meter sent nothing for two weeks.').waitFor()
  await decision.getByLabel('Back to the consumer').fill('8')
  await decision.getByLabel('Reason of the decision').fill('Both are right in part.')
  await picture(operators, 'dispute', disputes)
  await decision.getByRole('button', { name: 'Decide' }).click()
  await billingOf(bolt.representative)
  await comesTo(page, id, 'released to the provider')
  const mine = await panelOf(page, id)
  await mine.getByText('Both are right in part.').waitFor({ timeout: 60_000 })
  await mine.getByText('€8.00').first().waitFor()
  decided = id
})

test('a dispute that nobody decides lapses by itself, back to the consumer', async () => {
  const { id } = await conclude({ plan: 1, price: 1_000_000n })
  const page = await billingOf(bolt.representative)
  await comesTo(page, id, 'held in escrow')
  const panel = await panelOf(page, id)
  await panel.getByLabel('Reason of a dispute').fill('It never started.')
  await panel.getByRole('button', { name: 'Dispute' }).click()
  await comesTo(page, id, 'disputed')
  await tools.wait(60 * DAY)
  await comesTo(page, id, 'given back')
})

test('use is paid by vouchers: set aside, signed, claimed', async () => {
  const { id } = await conclude({ plan: 3, price: 20_000n })
  const page = await billingOf(bolt.representative)
  await depositOf(page, '50')
  const own = page.getByRole('listitem', { name: new RegExp(id.slice(0, 8)) })
  await own.waitFor({ timeout: 60_000 })
  await own.getByLabel('Amount').fill('10')
  await own.getByRole('button', { name: 'Set aside' }).click()
  await own.getByText('€10.00').first().waitFor({ timeout: 60_000 })
  await own.getByLabel('Amount').fill('4')
  await own.getByRole('button', { name: 'Sign a voucher' }).click()
  await own.getByText('The voucher over €4.00 was taken.').waitFor({ timeout: 60_000 })
  await picture(page, 'voucher', own)

  const other = await billingOf(acme.representative)
  const before = await escrow<bigint>('availableOf', provider.address)
  await button(other, 'Claim vouchers').click({ timeout: 60_000 })
  await until('the voucher is claimed', 60_000, async () => {
    return (await escrow<bigint>('availableOf', provider.address)) === before + 3_900_000n
  })
})

const DETAILS = {
  ...{ 'Street and number': 'Calle Betis 1', 'Postal code': '41010', City: 'Sevilla', Country: 'ES' },
  'E-mail for invoices': 'billing@company.example',
}

async function giveDetails(page: Page, more: Readonly<Record<string, string>>): Promise<void> {
  const form = page.locator('details', { hasText: 'Details for invoices' })
  // Open for whoever has given none yet, closed afterwards.
  const again = (await form.getAttribute('open')) === null
  if (again) await form.locator('summary').click()
  for (const [label, value] of Object.entries({ ...DETAILS, ...more }))
    await form.getByLabel(label, { exact: true }).fill(value)
  await button(page, 'Save details').click()
  const saved = page.getByText('Saved.')
  await (again ? saved : saved.or(form.getByText('Details for invoices', { exact: true })).first()).waitFor()
}

test('a plan that is paid by bank is invoiced, and the operator records what the bank says', async () => {
  await conclude({ plan: 4, price: 12_500_000n, interval: 0 })
  const seller = { 'VAT id': 'ESB12345674', IBAN: 'ES9121000418450200051332', 'VAT rate at home, percent': '21' }
  await giveDetails(await billingOf(acme.representative), { Name: 'Acme Analytics SL', ...seller })
  const page = await billingOf(bolt.representative)
  await giveDetails(page, { Name: 'Bolt Retail SA', 'VAT id': 'ESA58818501' })
  const row = page.getByRole('region', { name: 'Invoices' }).getByRole('row', { name: /€15\.13/ })
  await row.waitFor({ timeout: 60_000 })
  const text = await fileOf(page, row, 'XML')
  const number = /<cbc:ID>(\d{4}-\d{5})<\/cbc:ID>/.exec(text)![1]!
  expect(text).toContain('<cbc:PayableAmount currencyID="EUR">15.13</cbc:PayableAmount>')

  const operators = await billingOf(olga)
  await operators.locator('input[type=file]').setInputFiles({
    ...{
      name: 'statement.xml',
      mimeType: 'application/xml',
      buffer: Buffer.from(statementOf('CRDT', '15.13', number)),
    },
  })
  await operators.getByText(`it names invoice ${number} and is its amount`).waitFor({ timeout: 60_000 })
  await button(operators, `Record as paid invoice ${number}`).click({ timeout: 60_000 })
  await billingOf(bolt.representative)
  await row.getByText('paid', { exact: true }).waitFor({ timeout: 60_000 })
  await picture(page, 'invoices', page.getByRole('region', { name: 'Invoices' }))

  // The seller corrects it: a credit note, which it pays back by bank.
  const sellers = await billingOf(acme.representative)
  await button(sellers, `Take back invoice ${number}`).click()
  const form = sellers.getByRole('region', { name: `Take back invoice ${number}` })
  await form.getByLabel('Amount with VAT').fill('6.05')
  await form.getByLabel('Reason').fill('Two weeks of forecasts were missing.')
  await form.getByRole('button', { name: 'Make the credit note' }).click()
  const made = await form.getByText(/Credit note C\d{4}-\d{5} over €6\.05 was made/).innerText()
  const note = /C\d{4}-\d{5}/.exec(made)![0]
  const credited = sellers.getByRole('row', { name: new RegExp(`${note} credit note on ${number}`) })
  await credited.getByText('the seller pays it back').waitFor({ timeout: 60_000 })
  expect(await fileOf(sellers, credited, 'XML')).toContain('<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>')
  expect((await fileOf(sellers, credited, 'PDF')).slice(0, 8)).toBe('%PDF-1.7')
  await billingOf(olga)
  await operators.locator('input[type=file]').setInputFiles({
    ...{ name: 'debits.xml', mimeType: 'application/xml', buffer: Buffer.from(statementOf('DBIT', '6.05', note)) },
  })
  await operators.getByText(`it names credit note ${note} and is its amount`).waitFor({ timeout: 60_000 })
  await button(operators, `Record as paid back credit note ${note}`).click()
  await billingOf(acme.representative)
  await credited.getByText('paid back by bank').waitFor({ timeout: 60_000 })
})

test('what a purse paid is invoiced, a refund of it makes a credit note, and the month is a file for bookkeeping', async () => {
  const seller = await billingOf(acme.representative)
  const table = seller.getByRole('region', { name: 'Invoices' })
  const invoice = table.getByRole('row', { name: /€12\.00.*paid from the purse/ })
  await invoice.waitFor({ timeout: 60_000 })
  const payment = await panelOf(seller, decided)
  await payment.getByLabel('Give back').fill('2')
  await payment.getByRole('button', { name: 'Give back' }).click()
  const note = table.getByRole('row', { name: /−€2\.00.*back in the purse/ })
  await note.waitFor({ timeout: 60_000 })
  expect(await fileOf(seller, note, 'XML')).toContain('<cbc:PayableAmount currencyID="EUR">0.00</cbc:PayableAmount>')

  const books = seller.getByRole('region', { name: 'Books' })
  await books.getByRole('button', { name: 'Month' }).click()
  await seller.getByRole('option').nth(1).click()
  const link = books.getByRole('link', { name: /^Download \d+ lines \(CSV\)/ })
  await expect.poll(() => link.getAttribute('href')).toMatch(/period=\d{4}-\d{2}$/)
  const lines = (await fileOf(seller, books, /^Download/)).trim().split('\r\n')
  expect(lines.filter((it) => it.includes('"credit note, sent",C')).length).toBe(2)
  await books.getByText(`Download ${lines.length - 1} lines (CSV)`).waitFor({ timeout: 60_000 })
  await picture(seller, 'books', books)
})

test('use of a month is one invoice, and its seller puts it right when the buyer’s address was wrong', async () => {
  await tools.wait(32 * DAY)
  const seller = await billingOf(acme.representative)
  const table = seller.getByRole('region', { name: 'Invoices' })
  const invoice = table.getByRole('row', { name: /€4\.00.*paid by vouchers/ })
  await invoice.waitFor({ timeout: 60_000 })
  const text = await fileOf(seller, invoice, 'XML')
  const number = /<cbc:ID>(\d{4}-\d{5})<\/cbc:ID>/.exec(text)![1]!
  expect(text).toContain('<cbc:InvoicedQuantity unitCode="C62">200</cbc:InvoicedQuantity>')
  expect(text).toMatch(/<cac:InvoicePeriod>\s*<cbc:StartDate>\d{4}-\d{2}-01<\/cbc:StartDate>/)

  await giveDetails(await billingOf(bolt.representative), { City: 'Cádiz' })
  await billingOf(acme.representative)
  await button(seller, `Correct invoice ${number}`).click()
  const form = seller.getByRole('region', { name: `Correct invoice ${number}` })
  await form.getByLabel('What was wrong').fill('The city was wrong.')
  await form.getByRole('button', { name: 'Make the new invoice' }).click()
  await form.getByText(/stands in its place; credit note C\d{4}-\d{5} took it back\.$/).waitFor({ timeout: 60_000 })
  const right = table.getByRole('row', { name: new RegExp(`in the place of ${number}.*€4\\.00.*paid by vouchers`) })
  await right.waitFor({ timeout: 60_000 })
  const corrected = await fileOf(seller, right, 'XML')
  expect(corrected).toContain(`<cbc:ID>${number}</cbc:ID>`)
  expect(corrected).toContain('<cbc:CityName>Cádiz</cbc:CityName>')
})

/** What the link of a name leads to, as the browser would get it. */
async function fileOf(page: Page, within: Locator, name: string | RegExp): Promise<string> {
  const href = await within.getByRole('link', { name }).first().getAttribute('href')
  return (await page.request.get(`${instance.page}${href}`)).text()
}

const statementOf = (direction: 'CRDT' | 'DBIT', amount: string, number: string) =>
  `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>
   <Acct><Id><IBAN>ES9121000418450200051332</IBAN></Id></Acct>
   <Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${direction}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-27</Dt></BookgDt>
   <AcctSvcrRef>B-1</AcctSvcrRef><NtryDtls><TxDtls><RmtInf><Ustrd>Bill ${number}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
   </Stmt></BkToCstmrStmt></Document>`

test('every balance is what the events add up to, at the contract, at the API and on the page', async () => {
  const audit = JSON.parse(await instance.opem('market', 'audit', '--index', '--json')) as MarketAudit
  expect(audit.checks.flatMap(({ name, findings, skipped }) => [...findings, ...(skipped ? [name] : [])])).toEqual([])
  expect(audit.checks.map(({ name }) => name)).toEqual(['events', 'states', 'tokens', 'signatures', 'index'])
  for (const [who, party] of [
    [acme, provider],
    [bolt, consumer],
  ] as const) {
    const there = shortEur(await escrow<bigint>('availableOf', party.address))
    const { available } = (await (
      await who.representative.context.request.get(`${instance.page}/v1/billing`)
    ).json()) as {
      available: string
    }
    const page = await billingOf(who.representative)
    expect([available, await purseOf(page)]).toEqual([there, `€${there}`])
  }
})

test('a withdrawal goes to the owner of the company’s DID', async () => {
  const page = await billingOf(acme.representative)
  const held = () =>
    tools.client.readContract({ ...tools.contracts.euro, functionName: 'balanceOf', args: [provider.address] })
  await page.getByRole('region', { name: 'Your purse' }).getByLabel('Amount').fill('10')
  await button(page, 'Withdraw').click()
  await until('the tokens are there', 60_000, async () => (await held()) === 10_000_000n)
})

/** What an RPC answer holds of logs, one or many at once. */
type Logs = { result?: unknown }

test('an auditor without an account verifies the market in the browser, and who lies is named with the place', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  current = page
  await page.goto(`${instance.page}/audit/market`)
  // By keyboard alone, on a thread of its own.
  const thread = page.waitForEvent('worker')
  await button(page, 'Audit the market').focus()
  await page.keyboard.press('Enter')
  expect((await thread).url()).toMatch(/\/assets\/audit\.worker-[\w-]+\.js$/)
  await page
    .getByText(/^The market is sound up to block \d+: €[\d.]+ of \d+ parties, every balance rebuilt\.$/)
    .waitFor({ timeout: 120_000 })
  const rowOfParty = (party: Hex) => page.getByRole('row', { name: party.toLowerCase() })
  for (const { address } of [provider, consumer])
    await rowOfParty(address).getByText('right', { exact: true }).waitFor()
  await page
    .getByRole('row', { name: /^Escrow/ })
    .getByText('right', { exact: true })
    .waitFor()
  await page.evaluate(() => document.querySelector('.panel')?.scrollIntoView())
  await picture(page, 'market-audit')
  await page.setViewportSize({ width: 360, height: 780 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
  await page.setViewportSize({ width: 1280, height: 900 })

  // The index says that a purse holds more than it does.
  const party = provider.address.toLowerCase()
  const there = await escrow<bigint>('availableOf', provider.address)
  await page.route('**/subgraph', async (route) => {
    const response = await route.fetch()
    const json = (await response.json()) as { data?: { balances?: { id: string; available: string }[] } }
    for (const balance of json.data?.balances ?? []) if (balance.id === party) balance.available = `${there + 1n}`
    await route.fulfill({ response, json })
  })
  await button(page, 'Audit the market').click()
  const findings = page.getByRole('region', { name: 'Findings' })
  await page
    .getByText(/^The market is sound up to block \d+: .* rebuilt; but the index says otherwise: 1 finding\.$/)
    .waitFor({ timeout: 120_000 })
  await findings
    .getByText(`the purse of ${party}: ${there} µEUR by the events, ${there + 1n} µEUR by the index`)
    .waitFor()
  await findings
    .getByText(new RegExp(`^Escrow, event \\w+, block \\d+, transaction 0x\\w{64}, party ${party}$`))
    .waitFor()
  await rowOfParty(provider.address).getByText('wrong', { exact: true }).waitFor()
  await page.unroute('**/subgraph')

  // The node keeps back that a voucher was claimed.
  const [claimed] = encodeEventTopics({ abi: escrowAbi, eventName: 'VoucherClaimed' })
  const without = (answer: Logs): Logs =>
    Array.isArray(answer.result)
      ? { ...answer, result: answer.result.filter((log: { topics?: string[] }) => log.topics?.[0] !== claimed) }
      : answer
  await page.route('**/chain', async (route) => {
    const response = await route.fetch()
    const json = (await response.json()) as Logs | Logs[]
    await route.fulfill({ response, json: Array.isArray(json) ? json.map(without) : without(json) })
  })
  await button(page, 'Audit the market').click()
  await findings
    .getByText(/^reserve of agreement 0x\w{64}: its claimed is 0 µEUR by the events, 4000000 µEUR by the contract$/)
    .waitFor({ timeout: 120_000 })
  await findings
    .getByText(`the purse of ${party}: ${there - 3_900_000n} µEUR by the events, ${there} µEUR by the contract`)
    .waitFor()
  await context.close()
})

test('no page complained', () => {
  expect([...acme.representative.complaints, ...bolt.representative.complaints, ...olga.complaints]).toEqual([])
})
