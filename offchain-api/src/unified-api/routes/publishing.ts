import { z } from 'zod'
import { noteAction } from '../../marketplace/audit-log/note.ts'
import { actorOf } from '../../marketplace/publish/owner.ts'
import {
  addChecklist,
  addProviderContract,
  checklistInForce,
  checklistItem,
  contractContent,
  providerContractInForce,
  providerContractText,
} from '../../marketplace/publish/process.ts'
import { defineRoute } from '../route.ts'
import { type Services, seconds } from '../services.ts'
import { count } from '../shapes.ts'
import { checklistItemShape, providerContractShape } from './market-shapes.ts'

export const checklist = z.object({ version: count, items: z.array(checklistItemShape) })

const process = z
  .object({
    checklist,
    providerContract: providerContractShape,
  })
  .meta({ id: 'PublishingProcess' })

const processOf = async ({ store }: Services) => ({
  checklist: await checklistInForce(store.rows),
  providerContract: await providerContractInForce(store.rows),
})

export const getPublishing = defineRoute({
  method: 'get',
  path: '/v1/market/publishing',
  summary: 'How a listing is published: what the operator checks, and the contract that a provider signs.',
  access: 'signed-in',
  answers: process,
  handle: async (_input, services) => processOf(services),
})

export const putChecklist = defineRoute({
  method: 'put',
  path: '/v1/market/publishing/checklist',
  summary: 'Puts another checklist in force, for every review from now on.',
  access: 'govern-market',
  body: z.strictObject({
    items: z
      .array(checklistItem)
      .min(1)
      .max(40)
      .refine((items) => new Set(items.map(({ id }) => id)).size === items.length, 'each id once'),
  }),
  answers: process,
  async handle({ body: { items } }, services, { caller }) {
    const { did, account } = actorOf(caller)
    const now = seconds(services)
    await services.store.transaction(async (rows) => {
      await addChecklist(rows, { items, by: did, now })
      await noteAction(
        rows,
        { by: did, account, action: 'publishing.checklist-changed', about: {}, detail: { items } },
        now,
      )
    })
    return processOf(services)
  },
})

export const putProviderContract = defineRoute({
  method: 'put',
  path: '/v1/market/publishing/provider-contract',
  summary: 'Puts the next version of the provider contract in force, for every approval from now on.',
  access: 'govern-market',
  body: providerContractText,
  answers: process,
  async handle({ body }, services, { caller }) {
    const { did, account } = actorOf(caller)
    const now = seconds(services)
    const content = await services.store.transaction(async (rows) => {
      const next = await addProviderContract(rows, { ...body, by: did, now })
      const detail = { version: next.version, digest: next.digest }
      await noteAction(rows, { by: did, account, action: 'publishing.contract-changed', about: {}, detail }, now)
      return contractContent(next)
    })
    await services.market.content.putContent(content)
    return processOf(services)
  },
})
