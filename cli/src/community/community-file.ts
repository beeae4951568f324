import { readFile } from 'node:fs/promises'
import { isPeriodStart, parseInstant, parseRules, type RulesDocument } from '@opem/domain'
import { z } from 'zod'
import { refusal } from '../failure.ts'

const instant = z.string().transform((text, context) => {
  const parsed = parseInstant(text)
  if (parsed.ok) return parsed.value
  context.addIssue({ code: 'custom', message: parsed.reason })
  return z.NEVER
})

const meter = z.union([
  z.string().transform((name) => ({ meter: name, participation: 100 })),
  z.strictObject({ meter: z.string(), participation: z.int().min(1).max(100).default(100) }),
])

/** A member to be: a name, meters, and (outside a development chain) the file of the key that signs the consent. */
const MemberToBe = z.strictObject({
  name: z.string().min(1).max(100),
  meters: z.array(meter).min(1).max(8),
  key: z.string().optional(),
  /** Data-source credentials (JWT), one for each meter; with --development its meter operator issues them. */
  dataSources: z.array(z.string()).optional(),
  from: instant.optional(),
})

const CommunityFile = z.strictObject({
  name: z.string().min(1).max(100),
  timeZone: z.string(),
  periodSeconds: z.union([z.literal(900), z.literal(3600)]),
  batchPeriods: z.union([z.literal(1), z.literal('day')]).default(1),
  startsAt: instant,
  stopsAt: instant.optional(),
  rules: z.array(z.unknown()).min(1),
  members: z.array(MemberToBe).default([]),
})

export type MemberToBe = z.infer<typeof MemberToBe>
/** A community to be: instants in epoch seconds; members are named by `name`, also inside the rules. */
export type CommunityToBe = Omit<z.infer<typeof CommunityFile>, 'rules'> & { readonly rules: readonly unknown[] }

const parse = <T>(schema: z.ZodType<T>, raw: unknown, what: string): T => {
  const parsed = schema.safeParse(raw)
  if (parsed.success) return parsed.data
  const first = parsed.error.issues[0]
  throw refusal('ERR_COMMUNITY_FILE', `${what}: ${first?.path.join('.') || 'the whole'}: ${first?.message}.`)
}

/** Checks a community file's content. @throws ERR_COMMUNITY_FILE with the place */
export function parseCommunity(raw: unknown, what = 'The community file'): CommunityToBe {
  const community = parse(CommunityFile, raw, what)
  const names = community.members.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined)
    throw refusal('ERR_COMMUNITY_FILE', `${what} names the member ${twice} twice: names tell members apart.`)
  for (const [field, at] of [
    ['startsAt', community.startsAt],
    ['stopsAt', community.stopsAt],
  ] as const) {
    if (at !== undefined && !isPeriodStart(at, community.periodSeconds)) {
      throw refusal(
        'ERR_COMMUNITY_FILE',
        `${what}: ${field} does not lie on a boundary of ${community.periodSeconds} s periods.`,
      )
    }
  }
  return community
}

const readText = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw refusal('ERR_FILE', `${path} could not be read (${cause.code}).`)
  })

/** Credentials as their issuers write them: a JWT in each file. */
export const readCredentials = async (paths: readonly string[]): Promise<string[]> =>
  Promise.all(paths.map(async (path) => (await readText(path)).trim()))

export async function readJson(path: string): Promise<unknown> {
  const text = await readText(path)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw refusal('ERR_FILE', `${path} is not JSON: ${(cause as Error).message}`)
  }
}

export const readCommunityFile = async (path: string): Promise<CommunityToBe> =>
  parseCommunity(await readJson(path), path)

export const readMember = (raw: unknown): MemberToBe => parse(MemberToBe, raw, 'The member')

/**
 * A rules document in which members stand by name, with their ids in place: names are for people, ids for the chain.
 * @param ids member ids by name
 * @throws ERR_RULES
 */
export function rulesWithIds(raw: unknown, ids: ReadonlyMap<string, string>): RulesDocument {
  const copy = structuredClone(raw) as { allocation?: Record<string, unknown> }
  const { allocation } = copy ?? {}
  const rename = (named: unknown) =>
    Object.fromEntries(Object.entries(named as object).map(([name, value]) => [ids.get(name) ?? name, value]))
  if (allocation) {
    for (const field of ['coefficients', 'capWh']) if (allocation[field]) allocation[field] = rename(allocation[field])
    if (Array.isArray(allocation.order))
      allocation.order = allocation.order.map((name: string) => ids.get(name) ?? name)
  }
  const parsed = parseRules(copy)
  if (!parsed.ok) throw refusal(parsed.code, parsed.reason)
  return parsed.value
}
