import type { Express } from 'express'
import { admit, callerOf } from '../access/caller/admit.ts'
import type { Caller } from '../access/caller/caller.ts'
import { metersOfPerson } from '../access/rules/relations.ts'
import { cookiesOf } from '../access/session/cookies.ts'
import { personOfSession } from '../access/session/tokens.ts'
import type { Services } from './services.ts'
import type { Shows } from './stream.ts'

const RULE = { rule: 'signed-in', route: 'GET /v1/stream' } as const

/** `GET /v1/stream`: what changed, for whoever is signed in; of readings and notifications only one's own. */
export function mountStream(app: Express, services: Services): void {
  app.get('/v1/stream', async (request, response) => {
    const body = async () => new Uint8Array()
    const caller = await callerOf(services, request, { ...RULE, body })
    await admit(services, {
      ...RULE,
      caller,
      community: undefined,
      cookies: cookiesOf(request, response, services.place.isSecure(request)),
      origin: '',
      address: '',
    })
    const who = caller.kind === 'person' ? caller.did : caller.kind === 'system' ? `system ${caller.id}` : ''
    const shows = await shownTo(services, caller)
    services.announcements.subscribe(request, response, shows, () => isIn(services, caller), who)
  })
}

async function shownTo({ store }: Services, caller: Caller): Promise<Shows> {
  if (caller.kind !== 'person')
    return (announcement) => (announcement.event === 'notification' ? undefined : announcement)
  const accounts = caller.operator ? [caller.account, 'operator'] : [caller.account]
  const own = caller.operator ? undefined : new Set(await metersOfPerson(store, caller))
  return (announcement) => {
    if (announcement.event === 'notification')
      return accounts.includes(announcement.data.account) ? announcement : undefined
    if (announcement.event !== 'reading' || own === undefined) return announcement
    const meters = announcement.data.meters.filter((meter) => own.has(meter))
    return meters.length === 0 ? undefined : { ...announcement, data: { ...announcement.data, meters } }
  }
}

/** Fails closed: neither an ended session nor a store that is away lets anybody listen on. */
async function isIn({ access }: Services, caller: Caller): Promise<boolean> {
  if (caller.kind !== 'person') return true
  await personOfSession(access, caller.session)
  return true
}
