import { type OdrlPolicy, readOdrl } from '../data/odrl.ts'
import { policyWords } from '../data/policy.ts'
import type { AgreedData, AgreementDocument, AgreementTerms } from './agreement-document.ts'
import { money, span, when } from './say.ts'

/** One sentence of an agreement, and the fields of the wallet's request that it says. */
export interface AgreementSentence {
  readonly about: 'what' | 'when' | 'price' | 'fee' | 'data' | 'choices' | 'end' | 'besides' | 'text' | 'offer'
  readonly title: string
  readonly text: string
  readonly fields: readonly (keyof AgreementTerms)[]
}

const KINDS: Readonly<Record<string, string>> = {
  analytic: 'an analytic service',
  data: 'a data set',
  'energy-grid': 'an energy-grid service',
  composed: 'a composed service',
}

/**
 * An agreement in words: every number and every date of what is signed, in sentences. Pure; page, command line and letters
 * say the same.
 */
export function agreementWords(terms: AgreementTerms, document: AgreementDocument): AgreementSentence[] {
  const { provider, consumer, title, version } = document
  const sentence = (
    about: AgreementSentence['about'],
    name: string,
    text: string,
    ...fields: (keyof AgreementTerms)[]
  ): AgreementSentence => ({ about, title: name, text, fields })
  const sentences = [
    sentence(
      'what',
      'What',
      `${provider.name} provides ${KINDS[document.kind] ?? 'a service'}, “${title}” (version ${version}), to ${consumer.name}.`,
      ...(['listing', 'version', 'provider', 'consumer'] as const),
    ),
    sentence('when', 'From when until when', periodWords(terms), 'start', 'end'),
    sentence('price', 'Price', priceWords(terms, document.plan.unit), 'plan', 'price', 'interval'),
    sentence('fee', 'Platform fee', feeWords(terms), 'feeBps'),
    sentence('end', 'Ending it', endWords(terms, document), 'notice'),
    document.policy === undefined
      ? sentence('data', 'Data needed', dataWords(document), 'terms')
      : sentence('data', 'Use of the data', useWords(document.policy), 'terms'),
  ]
  if (document.parameters.length > 0)
    sentences.push(sentence('choices', 'Chosen', `${document.parameters.map(parameterWords).join('; ')}.`, 'terms'))
  if (document.besides !== '') sentences.push(sentence('besides', 'Agreed besides', document.besides, 'terms'))
  sentences.push(
    sentence('text', 'Contract', document.text, 'terms'),
    sentence(
      'offer',
      'This offer',
      `It can be signed until ${when(Number(terms.deadline))}; after that it is void. Number ${terms.salt} makes it this offer and no other.`,
      ...(['deadline', 'salt'] as const),
    ),
  )
  return sentences
}

/** What the ODRL policy of a data set says; one that is not understood is not signed. */
function useWords(policy: OdrlPolicy): string {
  const read = readOdrl(policy)
  return read.ok
    ? policyWords(read.policy).join(' ')
    : 'The policy holds rules that are not known here. Do not sign it.'
}

export const periodWords = ({ start, end }: Pick<AgreementTerms, 'start' | 'end'>): string =>
  end === 0
    ? `From ${when(start)} on, without an end.`
    : `From ${when(start)} until ${when(end)}, which is ${span(end - start)}.`

/** @example priceWords({ plan: 3, price: 20_000n, interval: 0 }, 'forecast') // '0.02 EUR for each forecast, …' */
export function priceWords(
  { plan, price, interval }: Pick<AgreementTerms, 'plan' | 'price' | 'interval'>,
  unit = 'unit',
): string {
  const repeated = interval > 0 ? `every ${span(interval)}` : 'once'
  switch (plan) {
    case 0:
      return 'It costs nothing.'
    case 1:
      return `${money(price)} once, for everything.`
    case 2:
      return `${money(price)} ${repeated}, due at the beginning of each such time.`
    case 3:
      return `${money(price)} for each ${unit}, as the marketplace counts them.`
    case 4:
      return `${money(price)} ${repeated}, paid by bank against an invoice.`
    default:
      return `${money(price)} by a plan (${plan}) that is not known here. Do not sign it.`
  }
}

function feeWords({ plan, price, feeBps }: AgreementTerms): string {
  if (plan === 0 || price === 0n) return 'There is none, because nothing is paid.'
  const percent = `${(feeBps / 100).toString()} %`
  if (feeBps === 0) return 'The marketplace keeps nothing of the price: the provider receives all of it.'
  const fee = (price * BigInt(feeBps)) / 10_000n
  return `The marketplace keeps ${percent} of the price, ${money(fee)} of each ${money(price)}; the provider receives ${money(price - fee)}. Nothing comes on top.`
}

function endWords({ notice }: AgreementTerms, { provider, consumer }: AgreementDocument): string {
  const takesEffect = notice === 0 ? 'at once' : `${span(notice)} after they say so`
  return `${consumer.name} or ${provider.name} may end it early, which takes effect ${takesEffect}; nobody else may. Both together may extend it.`
}

function dataWords({ data, provider, consumer, title }: AgreementDocument): string {
  if (data.length === 0) return 'The service needs no data of yours.'
  const items = data.map((one) => {
    const { name, template, granularity, unit } = one
    const how = [template, granularity && periodName(granularity), unit && `in ${unit}`].filter(Boolean).join(', ')
    return `${name} (${how}) ${originWords(one, consumer.name)}`
  })
  const rules = data.flatMap(({ name, from }) =>
    from === undefined ? [] : [` For ${name} the policy of these data counts too: ${useWords(from.policy)}`],
  )
  return `${provider.name} may use ${items.join('; ')}: for “${title}” alone, and only while this agreement is in force.${rules.join('')}`
}

function originWords({ meter, from }: AgreedData, consumer: string): string {
  if (meter !== undefined) return `of the meter ${meter}`
  if (from === undefined) return 'that the consumer hands over'
  return from.kind === 'data-set'
    ? `of ${consumer}’s own data set “${from.title}”`
    : `of the data set “${from.title}” that ${consumer} has contracted from ${from.provider}`
}

const parameterWords = ({ label, value, unit }: AgreementDocument['parameters'][number]): string =>
  `${label}: ${value}${unit === undefined ? '' : ` ${unit}`}`

const PERIODS: Readonly<Record<string, string>> = {
  PT1M: 'every minute',
  PT5M: 'every 5 minutes',
  PT15M: 'every quarter of an hour',
  PT30M: 'every half hour',
  PT1H: 'every hour',
  P1D: 'every day',
  P1W: 'every week',
  P1M: 'every month',
  P1Y: 'every year',
}
const periodName = (granularity: string): string => PERIODS[granularity] ?? granularity
