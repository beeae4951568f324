import type { ListingDocument, ListingKind } from './listing-document.ts'

const requirements = {
  technical: ['A web service over HTTPS that answers within two seconds.'],
  functional: ['Gives a value for every period asked for, or says why not.'],
  nonFunctional: ['Answers 99.5 % of the time in a month.'],
}
const contract = {
  text: 'The provider runs the service for the user as described. Either side ends the contract with the notice given here.',
  noticeDays: 30,
}
const terms = { text: 'The user sends only data that they may send. The provider uses it for this service alone.' }
const privacy = { text: 'Readings of a household are personal data: they are kept for 90 days and given to nobody.' }

const analytic: ListingDocument = {
  schema: 'opem/listing/1',
  title: 'Day-ahead forecast of wind energy',
  summary: 'Quarter-hourly forecasts of a wind park with their uncertainty, every morning before gate closure.',
  description:
    'We forecast the energy of your wind park for every quarter of an hour of the next day.\n\nEach forecast has five quantiles. It comes at 08:00 UTC and again at 10:30 UTC.',
  kind: 'analytic',
  category: 'E6.2',
  keywords: ['wind', 'forecast', 'day-ahead'],
  region: ['DK', 'DE'],
  granularity: 'PT15M',
  requirements,
  dataNeeded: [
    { name: 'Energy of the park in the last year', template: 'MeterReading', granularity: 'PT15M', unit: 'Wh' },
  ],
  parameters: [
    { name: 'horizon', label: 'How far ahead', type: 'choice', required: true, choices: ['24', '48'], unit: 'h' },
    { name: 'meter', label: 'Meter of the park', type: 'meter', required: true },
    { name: 'capacity', label: 'Installed capacity', type: 'number', required: false, unit: 'kW' },
  ],
  contract,
  terms,
  privacy,
  plans: [
    { id: 'trial', kind: 'free', price: 0 },
    { id: 'monthly', kind: 'subscription', price: 49_000_000, interval: 2_592_000 },
    { id: 'forecast', kind: 'pay-per-use', price: 250_000, unit: 'forecast', credit: 5_000_000 },
  ],
  access: { documentation: 'https://wind.example/docs' },
  composition: { before: ['E2.1'], after: ['E5.1', 'E6.1'] },
}

const data: ListingDocument = {
  ...analytic,
  title: 'Feeder readings of a Danish town, 2024',
  summary: 'Quarter-hourly imports and exports of twelve low-voltage feeders, cleansed, without households.',
  description: 'Sums of at least eight households for each feeder, in whole Wh. Gaps are marked, not filled.',
  kind: 'data',
  category: 'meter-data',
  keywords: ['feeder', 'low voltage', 'readings'],
  region: ['DK'],
  dataNeeded: [],
  parameters: [],
  privacy: { text: 'There is no personal data: every value is a sum of at least eight households.' },
  plans: [{ id: 'whole', kind: 'one-time', price: 1_200_000_000 }],
  access: {},
  composition: { before: [], after: ['E1.1', 'E2.1'] },
  data: {
    contents: 'Energy imported and exported by each feeder, in Wh.',
    storageCountries: ['DK', 'ES'],
    updates: 'once',
  },
}

const energyGrid: ListingDocument = {
  ...analytic,
  title: 'Flexibility of home batteries for grid operators',
  summary: 'Up to 2 MW of home batteries that follow a grid operator’s request within fifteen minutes.',
  description: 'You ask for power up or down on a feeder; our batteries follow, and we report what they did.',
  kind: 'energy-grid',
  category: 'E5.3',
  keywords: ['flexibility', 'batteries', 'congestion'],
  region: ['ES'],
  dataNeeded: [
    { name: 'Request of the grid operator', template: 'FlexibilityRequest', granularity: 'PT15M', unit: 'W' },
  ],
  parameters: [
    { name: 'feeder', label: 'Feeder', type: 'text', required: true },
    { name: 'from', label: 'First day', type: 'date', required: true },
  ],
  plans: [{ id: 'quarterly', kind: 'bank', price: 3_000_000_000, interval: 7_776_000 }],
  access: { baseUrl: 'https://flexibility.example/api', documentation: 'https://flexibility.example/docs' },
  composition: { before: ['E5.1'], after: [] },
}

const composed: ListingDocument = {
  ...analytic,
  title: 'Cleansed readings, forecast and schedule in one',
  summary: 'Finds errors in your readings, forecasts the next day and plans your batteries with it.',
  description: 'Three services in a chain; you contract one.',
  kind: 'composed',
  category: 'E6.1',
  keywords: ['household', 'battery', 'schedule'],
  plans: [{ id: 'monthly', kind: 'subscription', price: 9_000_000, interval: 2_592_000 }],
  composition: { before: ['E2.1', 'E6.2'], after: [] },
}

/** A whole document of each kind: for forms to begin with, for guides, for tests. */
export const LISTING_EXAMPLES: Readonly<Record<ListingKind, ListingDocument>> = {
  analytic,
  data,
  'energy-grid': energyGrid,
  composed,
}
