import { formatInstant, type LandingBlock } from '@opem/domain'
import { z } from 'zod'
import { landingBlocks } from '../../marketplace/advertise/blocks.ts'
import {
  type LandingPage,
  landingPage,
  landingRevisions,
  saveLanding,
  shownLanding,
} from '../../marketplace/advertise/landing.ts'
import { addPicture, picturesOf } from '../../marketplace/advertise/pictures.ts'
import { noteAction } from '../../marketplace/audit-log/note.ts'
import { planShape } from '../../marketplace/publish/document.ts'
import { readDraft } from '../../marketplace/publish/drafts.ts'
import { actorOf, ownDraft } from '../../marketplace/publish/owner.ts'
import { Refusal } from '../problem.ts'
import { type Access, defineRoute } from '../route.ts'
import { type Services, seconds } from '../services.ts'
import { bytes32, count, instantText, whole } from '../shapes.ts'
import { listingParams } from './market-shapes.ts'

const picture = z
  .object({
    digest: bytes32.meta({ description: 'its bytes: GET /v1/market/pictures/{digest}' }),
    type: z.enum(['image/png', 'image/jpeg', 'image/webp']),
    width: count,
    height: count,
  })
  .meta({ id: 'Picture' })

const page = z
  .object({
    revision: count.meta({ description: '0 while there is none' }),
    blocks: landingBlocks,
    changedAt: instantText.nullable(),
    takenDown: z.object({ at: instantText, reason: z.string() }).nullable(),
    shown: z.boolean().meta({ description: 'whether everybody sees it now' }),
    pictures: z.array(picture),
    revisions: z.array(z.object({ revision: count, savedAt: instantText, blocks: landingBlocks })),
  })
  .meta({ id: 'OwnLandingPage' })

const own = async ({ store }: Services, { caller }: Access, listing: string) =>
  ownDraft(await readDraft(store.rows, listing), actorOf(caller))

async function answer({ store: { rows } }: Services, listing: string, found?: LandingPage) {
  const { takenDown, changedAt, ...it } = found ?? (await landingPage(rows, listing))
  return {
    ...it,
    changedAt: changedAt === null ? null : formatInstant(changedAt),
    takenDown: takenDown && { at: formatInstant(takenDown.at), reason: takenDown.reason },
    shown: (await shownLanding(rows, listing)) !== undefined,
    pictures: (await picturesOf(rows, listing)).map(({ digest, type, width, height }) => ({
      digest,
      type,
      width,
      height,
    })),
    revisions: (await landingRevisions(rows, listing)).map(({ revision, savedAt, blocks }) => ({
      ...{ revision, savedAt: formatInstant(savedAt), blocks },
    })),
  }
}

export const getOwnLanding = defineRoute({
  method: 'get',
  path: '/v1/market/services/{listing}/landing',
  summary: 'The landing page of an own listing, with its pictures and what was shown before.',
  access: 'advertise',
  params: listingParams,
  answers: page,
  async handle({ params: { listing } }, services, access) {
    await own(services, access, listing)
    return answer(services, listing)
  },
})

export const putOwnLanding = defineRoute({
  method: 'put',
  path: '/v1/market/services/{listing}/landing',
  summary: 'Saves the landing page; it is shown at once where the listing is published.',
  access: 'advertise',
  params: listingParams,
  body: z.strictObject({ revision: whole(0, 2_147_483_647), blocks: landingBlocks }),
  answers: page,
  async handle({ params: { listing }, body }, services, access) {
    await own(services, access, listing)
    const { did, account } = actorOf(access.caller)
    const now = seconds(services)
    const saved = await services.store.transaction(async (rows) => {
      const next = await saveLanding(rows, { ...body, blocks: body.blocks as LandingBlock[], listing, by: did, now })
      const detail = { revision: next.revision }
      await noteAction(rows, { by: did, account, action: 'landing.saved', about: { listing }, detail }, now)
      return next
    })
    return answer(services, listing, saved)
  },
})

export const postPicture = defineRoute({
  method: 'post',
  path: '/v1/market/services/{listing}/pictures',
  summary: 'Adds a picture (PNG, JPEG or WebP, told by its bytes, at most 1 MB) to an own listing.',
  access: 'advertise',
  params: listingParams,
  body: z.strictObject({ base64: z.base64().max(1_400_000) }),
  bodyLimit: 1_500_000,
  answers: picture,
  async handle({ params: { listing }, body }, services, access) {
    await own(services, access, listing)
    const bytes = new Uint8Array(Buffer.from(body.base64, 'base64'))
    const { digest, type, width, height } = await services.store.transaction((rows) =>
      addPicture(rows, { listing, bytes, now: seconds(services) }),
    )
    return { digest, type, width, height }
  },
})

export const getLanding = defineRoute({
  method: 'get',
  path: '/v1/market/landing/{listing}',
  summary: 'A landing page as everybody sees it, without signing in: of a published listing that is not restricted.',
  access: 'public',
  params: listingParams,
  answers: z
    .object({
      listing: bytes32,
      title: z.string(),
      summary: z.string(),
      provider: z.string(),
      blocks: landingBlocks,
      pictures: z.array(picture),
      plans: z.array(planShape).meta({ description: 'of the published document' }),
    })
    .meta({ id: 'LandingPage' }),
  async handle({ params: { listing } }, { store }) {
    const shown = await shownLanding(store.rows, listing)
    if (shown === undefined)
      throw new Refusal(404, 'ERR_PAGE_UNKNOWN', 'there is no such page, or it is not shown at present')
    const { document, provider, blocks, pictures } = shown
    return {
      ...{ listing, title: document.title, summary: document.summary, provider, blocks },
      pictures: pictures.map(({ digest, type, width, height }) => ({ digest, type, width, height })),
      plans: document.plans,
    }
  },
})
