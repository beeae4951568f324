import { hasVatPrefix } from '@opem/domain'
import { all, type Element, first, textAt } from '../xml-tree.ts'
import {
  BUYER,
  breakdowns,
  cents,
  everyLine,
  everyVat,
  halfUp,
  has,
  isDay,
  lines,
  MONEY,
  type Rule,
  rateOf,
  SELLER,
  same,
  sum,
  there,
  VAT_ID,
} from './bill.ts'

/** Nothing, or what it is: BT-113 and BT-114 are left out where they are zero. */
const orZero = (bill: Element, path: string) => (first(bill, path) === undefined ? 0n : cents(bill, path))
/** At most two decimals, wherever the amount stands. */
const decimals =
  (...paths: readonly string[]) =>
  (at: Element) =>
    paths.every((path) => all(at, path).every(({ text }) => !/\.\d{3,}$/.test(text)))

const hasDay = (at: Element) =>
  all(at, 'InvoicePeriod').every((period) => has('StartDate')(period) || has('EndDate')(period))

/** BR-CO and BR-DEC: amounts add up, and are written in cents. */
export const TOTALS: readonly Rule[] = [
  ['BR-CO-04', 'a VAT category of each item (BT-151)', everyLine(has('Item/ClassifiedTaxCategory/ID'))],
  [
    'BR-CO-09',
    'VAT ids with their country’s prefix (BT-31, BT-48)',
    (it) => [SELLER, BUYER].every((who) => all(it, `${who}/${VAT_ID}`).every(({ text }) => hasVatPrefix(text))),
  ],
  [
    'BR-CO-10',
    'the sum of line net amounts (BT-106 = Σ BT-131)',
    (it) =>
      same(cents(it, `${MONEY}/LineExtensionAmount`), sum(lines(it).map((one) => cents(one, 'LineExtensionAmount')))),
  ],
  [
    'BR-CO-13',
    'the total without VAT (BT-109 = BT-106 without allowances and charges)',
    (it) => same(cents(it, `${MONEY}/TaxExclusiveAmount`), cents(it, `${MONEY}/LineExtensionAmount`)),
  ],
  [
    'BR-CO-14',
    'the total VAT (BT-110 = Σ BT-117)',
    (it) => same(cents(it, 'TaxTotal/TaxAmount'), sum(breakdowns(it).map((one) => cents(one, 'TaxAmount')))),
  ],
  [
    'BR-CO-15',
    'the total with VAT (BT-112 = BT-109 + BT-110)',
    (it) =>
      same(
        cents(it, `${MONEY}/TaxInclusiveAmount`),
        sum([cents(it, `${MONEY}/TaxExclusiveAmount`), cents(it, 'TaxTotal/TaxAmount')]),
      ),
  ],
  [
    'BR-CO-16',
    'the amount due (BT-115 = BT-112 − BT-113 + BT-114)',
    (it) =>
      same(
        sum([cents(it, `${MONEY}/PayableAmount`), orZero(it, `${MONEY}/PrepaidAmount`)]),
        sum([cents(it, `${MONEY}/TaxInclusiveAmount`), orZero(it, `${MONEY}/PayableRoundingAmount`)]),
      ),
  ],
  [
    'BR-CO-17',
    'the VAT of a category (BT-117 = BT-116 × BT-119 / 100, two decimals)',
    everyVat((it) => {
      const taxable = cents(it, 'TaxableAmount')
      return taxable !== undefined && same(cents(it, 'TaxAmount'), halfUp(taxable * (rateOf(it) ?? 0n), 100_000_000n))
    }),
  ],
  ['BR-CO-18', 'at least one VAT breakdown (BG-23)', (it) => breakdowns(it).length > 0],
  ['BR-CO-19', 'a first or a last day of the period (BT-73, BT-74)', (it) => hasDay(it)],
  ['BR-CO-20', 'a first or a last day of each line’s period (BT-134, BT-135)', everyLine((it) => hasDay(it))],
  [
    'BR-CO-25',
    'a due date or terms where something is to be paid (BT-9, BT-20)',
    (it) =>
      (cents(it, `${MONEY}/PayableAmount`) ?? 1n) <= 0n || isDay(textAt(it, 'DueDate')) || has('PaymentTerms/Note')(it),
  ],
  [
    'BR-CO-26',
    'a way to know the seller (BT-29, BT-30 or BT-31)',
    (it) => ['PartyLegalEntity/CompanyID', VAT_ID].some((path) => has(`${SELLER}/${path}`)(it)),
  ],
  ['BR-DEC-09', 'at most two decimals of BT-106', decimals(`${MONEY}/LineExtensionAmount`)],
  ['BR-DEC-12', 'at most two decimals of BT-109', decimals(`${MONEY}/TaxExclusiveAmount`)],
  ['BR-DEC-13', 'at most two decimals of BT-110', decimals('TaxTotal/TaxAmount')],
  ['BR-DEC-14', 'at most two decimals of BT-112', decimals(`${MONEY}/TaxInclusiveAmount`)],
  ['BR-DEC-16', 'at most two decimals of BT-113', decimals(`${MONEY}/PrepaidAmount`)],
  ['BR-DEC-17', 'at most two decimals of BT-114', decimals(`${MONEY}/PayableRoundingAmount`)],
  ['BR-DEC-18', 'at most two decimals of BT-115', decimals(`${MONEY}/PayableAmount`)],
  ['BR-DEC-19', 'at most two decimals of BT-116', everyVat(decimals('TaxableAmount'))],
  ['BR-DEC-20', 'at most two decimals of BT-117', everyVat(decimals('TaxAmount'))],
  ['BR-DEC-23', 'at most two decimals of each line’s net amount (BT-131)', everyLine(decimals('LineExtensionAmount'))],
  ['UBL-TOTALS', 'one TaxTotal and one LegalMonetaryTotal', (it) => there('TaxTotal')(it) && there(MONEY)(it)],
]
