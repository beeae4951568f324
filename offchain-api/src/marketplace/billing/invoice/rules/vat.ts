import { type Element, textAt } from '../xml-tree.ts'
import {
  BUYER,
  breakdowns,
  categoryOf,
  cents,
  halfUp,
  has,
  lineCategory,
  lineRate,
  lines,
  type Rule,
  rateOf,
  SELLER,
  same,
  sum,
  VAT_ID,
} from './bill.ts'

/** The categories that a bill of ours may have (UNCL 5305); every other is refused, and its rules with it. */
const CATEGORIES = ['S', 'Z', 'E', 'AE', 'G', 'O'] as const
type Category = (typeof CATEGORIES)[number]

const sellersVat = has(`${SELLER}/${VAT_ID}`)
const buyersVat = has(`${BUYER}/${VAT_ID}`)
const buyersRegister = has(`${BUYER}/PartyLegalEntity/CompanyID`)

/** Who must be named, and how: xx-02. */
const NAMED: Readonly<Record<Category, readonly [string, (bill: Element) => boolean]>> = {
  S: ['the seller’s VAT id', sellersVat],
  Z: ['the seller’s VAT id', sellersVat],
  E: ['the seller’s VAT id', sellersVat],
  AE: ['both VAT ids, or the buyer’s register number', (it) => sellersVat(it) && (buyersVat(it) || buyersRegister(it))],
  G: ['the seller’s VAT id', sellersVat],
  O: ['no VAT id', (it) => !sellersVat(it) && !buyersVat(it)],
}
const RATE: Readonly<Record<Category, readonly [string, (rate: bigint | undefined) => boolean]>> = {
  S: ['a rate above zero', (rate) => rate !== undefined && rate > 0n],
  Z: ['a rate of zero', (rate) => rate === 0n],
  E: ['a rate of zero', (rate) => rate === 0n],
  AE: ['a rate of zero', (rate) => rate === 0n],
  G: ['a rate of zero', (rate) => rate === 0n],
  O: ['no rate', (rate) => rate === undefined],
}
/** With these nothing is said of why there is no VAT; with the others it must be said. */
const WITHOUT_REASON: readonly Category[] = ['S', 'Z']

const linesOf = (category: string, bill: Element) => lines(bill).filter((it) => lineCategory(it) === category)
const partsOf = (category: string, bill: Element) => breakdowns(bill).filter((it) => categoryOf(it) === category)
const uses = (category: string, bill: Element) =>
  linesOf(category, bill).length > 0 || partsOf(category, bill).length > 0
const hasReason = (part: Element) =>
  textAt(part, 'TaxCategory/TaxExemptionReason') !== undefined ||
  textAt(part, 'TaxCategory/TaxExemptionReasonCode') !== undefined

/** The lines of the part’s category, and of its rate where a category has several. */
const taxableIsSum = (part: Element, bill: Element): boolean => {
  const category = categoryOf(part) ?? ''
  const own = linesOf(category, bill).filter((it) => category !== 'S' || lineRate(it) === rateOf(part))
  return same(cents(part, 'TaxableAmount'), sum(own.map((it) => cents(it, 'LineExtensionAmount'))))
}
const taxIsRate = (part: Element): boolean => {
  const taxable = cents(part, 'TaxableAmount')
  return taxable !== undefined && same(cents(part, 'TaxAmount'), halfUp(taxable * (rateOf(part) ?? 0n), 100_000_000n))
}

/** The rules 01, 02, 05, 08, 09 and 10 of a category; 03, 04, 06 and 07 are about allowances and charges. */
function rulesOf(category: Category): Rule[] {
  const [who, named] = NAMED[category]
  const [what, rate] = RATE[category]
  const isStandard = category === 'S'
  const noReason = WITHOUT_REASON.includes(category)
  const parts = (holds: (part: Element, bill: Element) => boolean) => (bill: Element) =>
    partsOf(category, bill).every((it) => holds(it, bill))
  const rule = (number: string, says: string, holds: (bill: Element) => boolean): Rule => [
    `BR-${category}-${number}`,
    `${says} (VAT category ${category})`,
    holds,
  ]
  return [
    isStandard
      ? rule('01', 'a breakdown where a line has it, and only there', (it) => {
          return linesOf('S', it).length > 0 === partsOf('S', it).length > 0
        })
      : rule('01', 'exactly one breakdown where a line has it', (it) => {
          return !uses(category, it) || partsOf(category, it).length === 1
        }),
    rule('02', who, (it) => !uses(category, it) || named(it)),
    rule('05', `${what} of its lines`, (it) => linesOf(category, it).every((line) => rate(lineRate(line)))),
    rule('08', 'a taxable amount that is the sum of its lines', parts(taxableIsSum)),
    isStandard
      ? rule('09', 'VAT of its rate', parts(taxIsRate))
      : rule(
          '09',
          'no VAT',
          parts((it) => cents(it, 'TaxAmount') === 0n),
        ),
    noReason
      ? rule(
          '10',
          'no reason for an exemption',
          parts((it) => !hasReason(it)),
        )
      : rule('10', 'a reason why there is no VAT', parts(hasReason)),
  ]
}

export const VAT: readonly Rule[] = [
  ...CATEGORIES.flatMap(rulesOf),
  [
    'BR-O-11',
    'no other breakdown beside one outside the scope of VAT',
    (it) => partsOf('O', it).length === 0 || breakdowns(it).length === 1,
  ],
  [
    'BR-O-12',
    'no line of another category beside a breakdown outside the scope of VAT',
    (it) => partsOf('O', it).length === 0 || linesOf('O', it).length === lines(it).length,
  ],
  [
    'OPEM-VAT-CATEGORY',
    `no VAT category but ${CATEGORIES.join(', ')}`,
    (it) =>
      [...lines(it).map(lineCategory), ...breakdowns(it).map(categoryOf)].every(
        (one) => one === undefined || (CATEGORIES as readonly string[]).includes(one),
      ),
  ],
]
