import { answerOf, createOpemClient, everyItem, type OpemClient } from '@opem/offchain-api/client'
import type { Command } from 'commander'
import { refusal } from '../failure.ts'
import { openCaller } from '../instance/caller.ts'
import { apiUrlOf, type Where, withWhere } from '../instance/instance.ts'
import { print } from '../print.ts'
import { readSettings } from '../up/settings.ts'

interface Options extends Where {
  readonly json?: boolean
  readonly last?: string
  readonly verify?: boolean
}

/** `opem operator …`: what whoever operates the marketplace looks after. */
export function operatorCommand(program: Command): void {
  const operator = program
    .command('operator')
    .summary('what waits for the operator, and the audit log')
    .description('What whoever operates the marketplace looks after; the page /governance shows the same.')
  withWhere(operator.command('waiting'))
    .description('What waits for a decision, or is not as it should be.')
    .option('--json', 'one JSON object for machines')
    .action(async (options: Options) => {
      const waiting = answerOf(await (await clientOf(options)).GET('/v1/governance/waiting'))
      print(options, waiting, [
        `${waiting.reviews} listings wait for review, ${waiting.disputes} payments for a decision`,
        `${waiting.listings} listings are published, ${waiting.suspendedListings} suspended; ${waiting.agreements} agreements are in force`,
        `${waiting.pendingAccounts} accounts are pending, ${waiting.suspendedAccounts} suspended; ${waiting.lostLetters} letters of this week never arrived`,
      ])
    })
  withWhere(operator.command('audit-log'))
    .description('The newest entries of the audit log; --verify checks that none is missing or changed.')
    .option('--last <n>', 'how many entries', '20')
    .option('--verify', 'read the whole log and check its chain of hashes')
    .option('--json', 'one JSON value for machines')
    .action(async (options: Options) => {
      const api = await clientOf(options)
      if (options.verify) return verify(api, options)
      const entries = []
      const last = Number(options.last)
      if (!Number.isInteger(last) || last < 1) throw refusal('ERR_ARGUMENT', '--last needs a whole number from 1.')
      const pages = everyItem((after) =>
        api.GET('/v1/governance/audit-log', {
          params: { query: { limit: Math.min(last, 100), ...(after && { after }) } },
        }),
      )
      for await (const one of pages) if (entries.push(one) >= last) break
      const lines = entries.map(
        (one) => `${one.number}  ${one.at}  ${one.action}  ${Object.values(one.about).join(' ')}  by ${one.by}`,
      )
      print(options, entries, lines.length > 0 ? lines : ['nothing was done yet'])
    })
}

async function verify(api: OpemClient, options: Options): Promise<void> {
  const verdict = answerOf(await api.GET('/v1/governance/audit-log/verification'))
  if (!verdict.whole)
    throw refusal('ERR_AUDIT_LOG', `The audit log is broken after ${verdict.entries} entries: ${verdict.why}.`)
  print(options, verdict, [`the audit log is whole: ${verdict.entries} entries, the last with hash ${verdict.head}`])
}

async function clientOf(options: Options): Promise<OpemClient> {
  return createOpemClient({
    url: apiUrlOf(options),
    fetch: await openCaller(readSettings(process.env).home, options.as),
  })
}
