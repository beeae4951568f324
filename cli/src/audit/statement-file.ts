import { readFile } from 'node:fs/promises'
import { auditStatement, type Finding, fundDocument, parseInstant, statementDocument } from '@opem/domain'
import { z } from 'zod'
import { refusal } from '../failure.ts'
import type { Instance } from '../instance/instance.ts'
import { gatherFund } from '../statement/fund.ts'
import { gatherStatement } from '../statement/gather.ts'

const party = z.looseObject({ id: z.string().min(1) })
const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/)
const instant = z.string().transform((text, context) => {
  const parsed = parseInstant(text)
  if (parsed.ok) return parsed.value
  context.addIssue({ code: 'custom', message: parsed.reason })
  return z.NEVER
})

// Only what says which statement it is: everything else is held against the one made anew.
const MemberFile = z.looseObject({ community: party, member: party, month, asOf: instant })
const FundFile = z.looseObject({ community: party, communityFund: z.looseObject({ month, asOf: instant }) })

/** What a statement file is about, and what is wrong in it. */
export interface StatementAudit {
  readonly community: string
  readonly member: string | undefined
  readonly month: string
  readonly findings: readonly Finding[]
}

/**
 * Audits a statement file that somebody was given: the month is audited and the statement made anew as of the file's own time.
 * @throws ERR_STATEMENT_FILE when it is none; ERR_NOT_SOUND when the month itself does not hold
 */
export async function auditStatementFile(instance: Instance, path: string): Promise<StatementAudit> {
  const given = await readJson(path)
  const fund = FundFile.safeParse(given)
  if (fund.success) {
    const { community, communityFund } = fund.data
    const wanted = { community: community.id, month: communityFund.month, until: communityFund.asOf }
    const expected = fundDocument(await gatherFund(instance, wanted))
    const { id } = community
    return { community: id, member: undefined, month: wanted.month, findings: auditStatement({ given, expected }) }
  }
  const file = MemberFile.safeParse(given)
  if (!file.success)
    throw refusal('ERR_STATEMENT_FILE', `${path} is no statement of opem statement: ${z.prettifyError(file.error)}`)
  const { community, member, month, asOf } = file.data
  const wanted = { community: community.id, member: member.id, month, until: asOf }
  const expected = statementDocument(await gatherStatement(instance, wanted))
  return { community: community.id, member: member.id, month, findings: auditStatement({ given, expected }) }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw refusal('ERR_STATEMENT_FILE', `The statement ${path} could not be read: ${code ?? message}.`)
  }
}

/** One line per changed value, then one that says how it ends. */
export function statementLines({ member, month, findings }: StatementAudit): string[] {
  const name = member === undefined ? `the community fund’s ${month}` : `the statement of ${member} for ${month}`
  const lines = findings.map(
    ({ code, place, expected, found }) => `${code} at field ${place.field}: expected ${expected}, found ${found}`,
  )
  return lines.length === 0
    ? [`${name} is what chain and evidence say`]
    : [...lines, `NOT SOUND: ${name} has ${lines.length} wrong values; first: ${lines[0]}`]
}
