import type { ListingDocument } from '@opem/domain'

export type SectionId = 'basics' | 'requirements' | 'needs' | 'contract' | 'prices' | 'access' | 'composition' | 'data'

interface Section {
  readonly id: SectionId
  readonly title: string
  readonly hint: string
  readonly fields: readonly (keyof ListingDocument)[]
}

/** The long form of a listing, in parts that one does one after the other. */
export const SECTIONS: readonly Section[] = [
  {
    id: 'basics',
    title: 'What it is',
    hint: 'What people read first, and what they find it by.',
    fields: ['title', 'summary', 'description', 'kind', 'category', 'keywords', 'region', 'granularity'],
  },
  {
    id: 'requirements',
    title: 'Requirements',
    hint: 'What the service does, how well, and what it stands on.',
    fields: ['requirements'],
  },
  {
    id: 'needs',
    title: 'Data and choices',
    hint: 'What the user gives, and what they choose when they contract it.',
    fields: ['dataNeeded', 'parameters'],
  },
  {
    id: 'contract',
    title: 'Contract, terms, privacy',
    hint: 'What both sides agree on. The user signs this text.',
    fields: ['contract', 'terms', 'privacy'],
  },
  { id: 'prices', title: 'Prices', hint: 'At least one plan; the user takes one.', fields: ['plans'] },
  {
    id: 'access',
    title: 'Access',
    hint: 'Where the gateway finds the service.',
    fields: ['access'],
  },
  {
    id: 'composition',
    title: 'Working together with others',
    hint: 'Users chain services: what each gives goes to the next. Leave it all empty if yours works alone.',
    fields: ['composition', 'chain'],
  },
  { id: 'data', title: 'The data offered', hint: 'Of a listing of data alone.', fields: ['data'] },
]

/** In which section a problem is. @example sectionOf('plans.0.price') // 'prices' */
export const sectionOf = (path: string): SectionId =>
  SECTIONS.find(({ fields }) => fields.some((field) => path === field || path.startsWith(`${field}.`)))?.id ?? 'basics'
