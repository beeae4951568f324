import {
  asksNoMore,
  consentTerms,
  DATA_FORMS,
  type DataPurpose,
  dataPurposes,
  formatInstant,
  type Hex,
  policyWords,
  readOdrl,
} from '@opem/domain'
import { z } from 'zod'
import { addressesOf } from '../../access/rules/relations.ts'
import { noteAction } from '../../marketplace/audit-log/note.ts'
import { askedOf, giveConsent, withdrawConsent } from '../../marketplace/data/consents.ts'
import { notify } from '../../marketplace/notifications/notify.ts'
import { actorOf } from '../../marketplace/publish/owner.ts'
import { defineRoute } from '../route.ts'
import { bytes, bytes32, count, instant, instantText, meterId } from '../shapes.ts'

const purpose = z.enum(dataPurposes as [DataPurpose, ...DataPurpose[]])

export const getDataConsents = defineRoute({
  method: 'get',
  path: '/v1/data/consents',
  summary: "Data sets that would hold readings of the caller's own meters, and what the caller consents to.",
  access: 'data-consent',
  answers: z.object({
    chainId: count,
    listings: z.string().meta({ description: 'address that stands in the EIP-712 domain' }),
    asked: z.array(
      z.object({
        listing: bytes32,
        title: z.string(),
        provider: z.string(),
        meter: meterId,
        form: z.enum(DATA_FORMS),
        leastSubjects: count,
        from: instantText,
        to: instantText.nullable(),
        purposes: z.array(purpose),
        words: z.array(z.string()),
        terms: z
          .object({
            from: z.string(),
            to: z.string().nullable(),
            leastSubjects: count,
            policy: z.record(z.string(), z.unknown()),
          })
          .meta({ description: 'their digest (SHA-256 of canonical JSON) is `terms` of what is signed' }),
        downloads: count,
        consent: z
          .object({
            id: bytes32,
            purposes: z.array(purpose),
            until: instantText,
            givenAt: instantText,
            counts: z.boolean(),
          })
          .meta({ description: '`counts`: false when the data set asks more now than was consented to' })
          .nullable(),
      }),
    ),
  }),
  async handle(_input, services, { caller }) {
    const actor = actorOf(caller)
    const { chainId, addresses } = await services.deployment()
    const found = await askedOf(services.store.rows, addressesOf(actor.person), services.data.now())
    return {
      ...{ chainId, listings: addresses.ListingRegistry },
      asked: found.map(({ readings, consent, ...one }) => {
        const read = readOdrl(readings?.policy)
        const terms = consentTerms(readings)
        return {
          ...one,
          ...{ from: readings.from, to: readings.to, leastSubjects: readings.leastSubjects },
          purposes: read.ok ? read.policy.purposes : [],
          words: read.ok ? policyWords(read.policy) : [],
          terms,
          consent: consent && {
            ...{ id: consent.id, purposes: consent.purposes },
            ...{ until: formatInstant(consent.until), givenAt: formatInstant(consent.givenAt) },
            counts: consent.terms !== null && asksNoMore(terms, consent.terms),
          },
        }
      }),
    }
  },
})

export const postDataConsent = defineRoute({
  method: 'post',
  path: '/v1/data/consents',
  summary:
    'A holder of a meter consents, signed (EIP-712) with their wallet: the meter is in the data set from the next query on.',
  access: 'data-consent',
  body: z.strictObject({
    dataSet: bytes32,
    meter: meterId,
    purposes: z.array(purpose).min(1).max(dataPurposes.length),
    form: z.enum(DATA_FORMS),
    terms: bytes32.meta({ description: 'digest of the terms that GET /v1/data/consents shows' }),
    until: instant,
    salt: z
      .string()
      .regex(/^\d{1,20}$/)
      .refine((text) => BigInt(text) < 1n << 64n, 'less than 2^64'),
    signature: bytes,
  }),
  answers: z.object({ id: bytes32 }),
  async handle({ body }, services, { caller }) {
    const actor = actorOf(caller)
    const { chainId, addresses } = await services.deployment()
    const now = services.data.now()
    return services.store.transaction(async (rows) => {
      const { id } = await giveConsent(rows, {
        ...{ addresses: addressesOf(actor.person), chainId, listings: addresses.ListingRegistry as Hex, now },
        consent: {
          ...body,
          ...{ dataSet: body.dataSet as Hex, terms: body.terms as Hex, signature: body.signature as Hex },
        },
      })
      // Ids alone: the log is kept for ever, and which meter is whose is not for it.
      await noteAction(
        rows,
        {
          ...{ by: actor.did, account: actor.account, action: 'data.consented' },
          about: { listing: body.dataSet, consent: id },
        },
        now,
      )
      // How many consent is the provider's to know; who, is not.
      const [provider] = await rows<{ account: Hex; title: string }>(
        `SELECT coalesce(l.account, d.account) AS account, coalesce(d.document ->> 'title', '') AS title
         FROM market_drafts d LEFT JOIN market_listings l USING (listing) WHERE d.listing = $1`,
        [body.dataSet],
      )
      if (provider)
        await notify(rows, {
          ...{ account: provider.account, kind: 'data-shared', about: { listing: body.dataSet }, link: '/data/share' },
          words: {
            title: `Somebody consented: “${provider.title}”`,
            text: 'The data set holds one more meter from the next query on, for the purposes that were consented to.',
          },
        })
      return { id }
    })
  },
})

export const deleteDataConsent = defineRoute({
  method: 'delete',
  path: '/v1/data/consents/{id}',
  summary:
    'Withdraws a consent: from the next query on the meter is in the data set no more, whatever links there are.',
  access: 'data-consent',
  params: z.strictObject({ id: bytes32 }),
  answers: z.object({ id: bytes32 }),
  async handle({ params: { id } }, services, { caller }) {
    const actor = actorOf(caller)
    const now = services.data.now()
    await services.store.transaction(async (rows) => {
      const { listing } = await withdrawConsent(rows, { id, addresses: addressesOf(actor.person), now })
      await noteAction(
        rows,
        {
          ...{ by: actor.did, account: actor.account, action: 'data.consent-withdrawn' },
          about: { listing, consent: id },
        },
        now,
      )
    })
    return { id }
  },
})
