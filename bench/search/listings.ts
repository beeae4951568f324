import { GRANULARITIES, type ListingDocument, type PricePlan, SERVICE_CATEGORIES } from '@opem/domain'

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const list = (words: string) => words.trim().split(/\s*,\s*/)

export const SUBJECTS =
  list(`wind park, rooftop solar, photovoltaic plant, heat pump, electric vehicle, charging station,
  low-voltage feeder, distribution transformer, substation, smart meter, battery storage, household, energy community,
  district heating, hydro power plant, biogas plant, industrial load, public lighting, school, supermarket, greenhouse,
  data centre, office building, water pump, tram depot, ferry terminal, cold store, apartment block, microgrid, cable`)
export const DEEDS =
  list(`forecast, anomaly detection, state estimation, congestion analysis, loss calculation, peak shaving,
  tariff optimisation, flexibility bids, imbalance settlement, degradation model, fault location, topology check,
  fraud detection, voltage profile, load disaggregation, dispatch plan, investment study, maintenance plan,
  carbon accounting, demand response, baseline estimation, weather correction, outage report, power quality report`)
const MANNERS =
  list(`day-ahead, intraday, quarter-hourly, monthly, probabilistic, explainable, real-time, robust, privacy-preserving,
  calibrated, cloud-hosted, open-source, certified, lightweight, multilingual, interactive`)
const PLACES =
  list(`Copenhagen, Sevilla, Istanbul, Ljubljana, Antwerp, Bavaria, Galicia, Jutland, Lombardy, Attica, Bretagne,
  Tyrol, Flanders, Anatolia, Catalonia, Saxony, Zealand, Styria, Aarhus, Leuven, Maribor, Ankara, Thessaloniki, Porto`)
const FOREIGN =
  list(`previsión de demanda eléctrica, detección de pérdidas, Vorhersage der Netzlast, Wärmepumpe im Quartier,
  prévision de production solaire, détection d'anomalies, previsione della domanda, rilevamento frodi, elforbrug i boliger,
  vindmølleprognose, elektrik talep tahmini, napoved porabe energije, belastingsvoorspelling, voorspelling zonnestroom`)
const SENTENCES =
  list(`The model is trained again every night, Results come as a table and as a chart, Gaps in the readings are marked,
  The method is described in a public report, Every value has an uncertainty, The service answers within two seconds,
  Data stay in the European Union, Readings are kept for ninety days, Support answers on working days,
  It works with readings of any meter that follows the common information model, A trial month is free of charge,
  Grid operators use it for planning and operation, Consumers see what they can shift and what it saves,
  The parameters can be changed at any time, It was validated on three years of measurements`)
const COUNTRIES = list('DK, ES, TR, SI, BE, DE, FR, IT, GR, AT, PT, NL, SE, FI, PL, CZ, HR, IE')
const CATEGORIES = Object.keys(SERVICE_CATEGORIES)
const OWN_CATEGORIES = ['weather', 'meter-data', 'market-data', 'grid-model', 'mobility']

/** A listing as providers write them: energy words of many combinations, one in eight in another language than English. */
export function exampleListing(random: () => number): ListingDocument {
  const one = <T>(from: readonly T[]): T => from[Math.floor(random() ** 1.5 * from.length)]!
  const some = <T>(from: readonly T[], most: number): T[] => [
    ...new Set(Array.from({ length: Math.floor(random() * (most + 1)) }, () => one(from))),
  ]
  const [subject, deed, manner, place] = [one(SUBJECTS), one(DEEDS), one(MANNERS), one(PLACES)]
  const other = random() < 0.125 ? one(FOREIGN) : undefined
  const isData = random() < 0.25
  const title =
    other ?? (isData ? `${manner} readings of a ${subject}, ${place}` : `${manner} ${deed} for a ${subject}`)
  const text = Array.from({ length: 4 + Math.floor(random() * 8) }, () => one(SENTENCES)).join('. ')
  const price = () => Math.round(10 ** (6 + random() * 4))
  const plans: PricePlan[] = [
    { id: 'monthly', kind: 'subscription', price: price(), interval: 2_592_000 },
    ...(random() < 0.3 ? [{ id: 'trial', kind: 'free', price: 0 } as const] : []),
    ...(random() < 0.4
      ? [{ id: 'use', kind: 'pay-per-use', price: Math.ceil(price() / 100), unit: 'report' } as const]
      : []),
    ...(random() < 0.2 ? [{ id: 'whole', kind: 'one-time', price: price() * 10 } as const] : []),
    ...(random() < 0.1 ? [{ id: 'invoice', kind: 'bank', price: price(), interval: 2_592_000 } as const] : []),
  ]
  return {
    schema: 'opem/listing/1',
    title: title.charAt(0).toUpperCase() + title.slice(1),
    summary: `${one(MANNERS)} ${deed} of one ${subject} or many, made in ${place}. ${one(SENTENCES)}.`,
    description: `${text}. Project ${Math.floor(random() * 20_000).toString(36)}.`,
    kind: isData ? 'data' : random() < 0.7 ? 'analytic' : random() < 0.6 ? 'energy-grid' : 'composed',
    category: random() < 0.8 ? one(CATEGORIES) : one(OWN_CATEGORIES),
    keywords: [...new Set([subject, deed, ...some(MANNERS, 3)])],
    region: random() < 0.2 ? [] : [...new Set([one(COUNTRIES), ...some(COUNTRIES, 3)])],
    ...(random() < 0.9 && { granularity: one(GRANULARITIES) }),
    requirements: { technical: some(SENTENCES, 2), functional: some(SENTENCES, 2), nonFunctional: some(SENTENCES, 2) },
    dataNeeded: [{ name: `Energy of the ${subject}`, template: 'MeterReading' }],
    parameters: [{ name: 'meter', label: `Meter of the ${subject}`, type: 'meter', required: true }],
    contract: { text: one(SENTENCES), noticeDays: 30 },
    terms: { text: one(SENTENCES) },
    privacy: { text: one(SENTENCES) },
    plans,
    access: {},
    composition: { before: [], after: [] },
    ...(isData && { data: { contents: one(SENTENCES), storageCountries: [], updates: 'once' } }),
  }
}
