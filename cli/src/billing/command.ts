import { type Agreement, type Hex, shortEur, voucherTypedData } from '@opem/domain'
import type { Command } from 'commander'
import { refusal } from '../failure.ts'
import { withWhere } from '../instance/instance.ts'
import { oldAuditVerb } from '../market/audit-command.ts'
import { print } from '../print.ts'
import { books, correct, credit, invoices } from './bills.ts'
import { accept, payments, refund, takeBack } from './payments.ts'
import { signPermit } from './permit.ts'
import { type BillingPlace, openBilling, signerOf } from './place.ts'
import { amountOf, idOf, type Options, tell } from './tell.ts'

interface Purse {
  readonly party: Hex | null
  readonly available: string
}
interface Billed {
  readonly agreement: Hex
  readonly title: string
  readonly words: string
  readonly side: string
  readonly owed: string
  readonly terms: Record<keyof Agreement, string | number>
  readonly use: { readonly cost: string; readonly claimable: string } | null
}
interface Voucher {
  readonly voucher: { readonly agreement: Hex; readonly cumulativeMicro: string; readonly signature: Hex } | null
}

/** `opem billing …`: what the page does, for machines and for who prefers words. */
export function billingCommand(program: Command): void {
  const billing = program
    .command('billing')
    .summary('purse, payments, vouchers, disputes and invoices')
    .description('Acts as the wallet that --as names; its key signs the transactions.')
  const verb = (words: string, description: string, work: (options: Options, ...args: string[]) => Promise<void>) =>
    withWhere(billing.command(words).description(description).option('--json', 'one JSON object for machines')).action(
      (...given: unknown[]) => {
        const options = given.at(-2) as Options
        return work(options, ...(given.slice(0, -2) as string[]))
      },
    )

  verb('balance', 'What is in the purse, and what is owed by agreement.', balance)
  verb('deposit <amount>', 'Puts the wallet’s own euros into the purse: a permit and one transaction.', deposit)
  verb('withdraw <amount>', 'Pays out of the purse to the owner of the account’s DID.', withdraw)
  verb('pay <agreement>', 'Pays what is due; the marketplace does so by itself, too.', pay).option(
    '--number <n>',
    'which payment of the agreement',
    '0',
  )
  verb('reserve <agreement> <amount>', 'Sets money of the purse aside for use.', reserve)
  verb('voucher <agreement> [amount]', 'Signs a voucher for all use so far: an amount, or what is owed.', voucher)
  verb('claim [agreement]', 'Claims vouchers: of one agreement, or of all.', claim)
  verb('take-back <agreement>', 'Takes back what is set aside and not claimed.', takeBack)
  verb('payments', 'Payments by you and to you, the latest first, with their ids.', payments)
  verb('accept <payment>', 'Accepts a held payment: it goes to the provider at once.', accept)
  verb('refund <payment> <amount>', 'As the provider: gives back a part of a payment, or all of it.', refund)
  verb('dispute <payment>', 'Disputes a held payment.', dispute).requiredOption('--reason <words>', 'why')
  verb('decide <payment>', 'As the operator: how much of a disputed payment goes back.', decide)
    .requiredOption('--refund <amount>', 'back to the consumer, EUR')
    .requiredOption('--reason <words>', 'why')
  verb('invoices', 'Invoices sent and received, and the credit notes on them.', invoices)
  verb(
    'credit <invoice> [amount]',
    'Takes back a part of an invoice that you sent, or what is left of it.',
    credit,
  ).requiredOption('--reason <words>', 'why; it stands on the credit note')
  verb(
    'correct <invoice>',
    'Puts an invoice right that you sent: a credit note, and another one with what both sides’ details say now.',
    correct,
  ).requiredOption('--reason <words>', 'what was wrong; it stands on the credit note')
  verb(
    'books [period]',
    'What moved in a month (2026-11), a year, or `all`; else in the last twelve months; with --csv for bookkeeping.',
    books,
  )
    .option('--csv', 'every line as CSV')
    .option('--from <instant>', 'instead of a period: from when on, like 2026-11-01T00:00:00Z')
    .option('--to <instant>', 'instead of a period: until when, half-open')
  oldAuditVerb(billing)
}

const agreements = async ({ api }: BillingPlace): Promise<readonly Billed[]> =>
  (await api.get<{ items: Billed[] }>('/v1/billing/agreements?limit=100')).items

async function termsOf(place: BillingPlace, id: Hex): Promise<Agreement> {
  const found = (await agreements(place)).find(({ agreement }) => agreement === id)
  if (found === undefined)
    throw refusal('ERR_AGREEMENT_UNKNOWN', `There is no agreement ${id} of yours that costs anything.`)
  const { price, salt, deadline, ...rest } = found.terms
  return { ...(rest as unknown as Agreement), price: BigInt(price), salt: BigInt(salt), deadline: BigInt(deadline) }
}

async function partyOf({ api }: BillingPlace): Promise<Hex> {
  const { party } = await api.get<Purse>('/v1/billing')
  if (party === null) throw refusal('ERR_PARTY_ADDRESS', 'This account’s DID has no address, so it has no purse.')
  return party
}

async function balance(options: Options) {
  const place = await openBilling(options)
  const purse = await place.api.get<Purse>('/v1/billing')
  const billed = await agreements(place)
  print(options, { ...purse, agreements: billed }, [
    `purse        ${purse.available} EUR`,
    ...billed.map((it) => `${it.side.padEnd(12)} ${it.title || it.agreement}: ${it.words}; owed ${it.owed} EUR`),
  ])
}

async function deposit(options: Options, text: string) {
  const place = await openBilling(options)
  const amount = amountOf(text)
  const permit = await signPermit(place.chain, await signerOf(options), {
    ...{ token: place.token, spender: place.escrow, value: amount },
  })
  await tell(
    options,
    place,
    'depositWithPermit',
    [await partyOf(place), amount, ...permit],
    `deposited ${shortEur(amount)} EUR`,
  )
}

async function withdraw(options: Options, text: string) {
  const place = await openBilling(options)
  const amount = amountOf(text)
  await tell(options, place, 'withdraw', [await partyOf(place), amount], `paid out ${shortEur(amount)} EUR`)
}

async function pay(options: Options, id: string) {
  const place = await openBilling(options)
  const number = Number(options.number)
  if (!Number.isInteger(number) || number < 0)
    throw refusal('ERR_NUMBER', `--number is "${options.number}": give 0, 1, 2 …`)
  await tell(options, place, 'pay', [await termsOf(place, idOf(id, 'agreement')), number], `paid number ${number}`)
}

async function reserve(options: Options, id: string, text: string) {
  const place = await openBilling(options)
  const amount = amountOf(text)
  const terms = await termsOf(place, idOf(id, 'agreement'))
  await tell(options, place, 'reserve', [terms, amount], `set aside ${shortEur(amount)} EUR`)
}

async function voucher(options: Options, id: string, text?: string) {
  const place = await openBilling(options)
  const agreement = idOf(id, 'agreement')
  const owed = (await agreements(place)).find((one) => one.agreement === agreement)?.use?.cost
  const cumulative = amountOf(text ?? owed ?? '')
  const signature = await (await signerOf(options)).signTypedData(
    voucherTypedData({ chainId: place.chainId, escrow: place.escrow, voucher: { agreement, cumulative } }),
  )
  const body = { cumulative: shortEur(cumulative), signature }
  const taken = await place.api.post<object>(`/v1/billing/agreements/${agreement}/vouchers`, body)
  print(options, taken, [`gave a voucher over ${shortEur(cumulative)} EUR in all`])
}

const MOST_AT_ONCE = 64

async function claim(options: Options, id?: string) {
  const place = await openBilling(options)
  const of = id === undefined ? undefined : idOf(id, 'agreement')
  const billed = (await agreements(place)).filter(
    (it) =>
      it.side === 'provider' && it.use !== null && it.use.claimable !== '0.00' && (of ?? it.agreement) === it.agreement,
  )
  const found = []
  for (const { agreement } of billed.slice(0, MOST_AT_ONCE)) {
    const { voucher: one } = await place.api.get<Voucher>(`/v1/billing/agreements/${agreement}/voucher`)
    if (one !== null) found.push(one)
  }
  if (found.length === 0) throw refusal('ERR_NOTHING_TO_CLAIM', 'No voucher waits to be claimed.')
  const vouchers = found.map((it) => ({ agreement: it.agreement, cumulative: BigInt(it.cumulativeMicro) }))
  const args = [vouchers, found.map((it) => it.signature)]
  await tell(options, place, 'claimMany', args, `claimed ${found.length} voucher${found.length === 1 ? '' : 's'}`)
}

/** Words stay with the API; their digest goes on the chain. */
const digestOf = async ({ api }: BillingPlace, payment: Hex, words: string): Promise<Hex> =>
  (await api.post<{ digest: Hex }>(`/v1/billing/payments/${payment}/words`, { words })).digest

async function dispute(options: Options, id: string) {
  const place = await openBilling(options)
  const payment = idOf(id, 'payment')
  await tell(options, place, 'dispute', [payment, await digestOf(place, payment, options.reason ?? '')], 'disputed')
}

async function decide(options: Options, id: string) {
  const place = await openBilling(options)
  const payment = idOf(id, 'payment')
  const refund = amountOf(options.refund ?? '', { zero: true })
  const reason = await digestOf(place, payment, options.reason ?? '')
  await tell(options, place, 'decide', [payment, refund, reason], `decided: ${shortEur(refund)} EUR go back`)
}
