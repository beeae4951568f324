import { createWriteStream, renameSync } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { Command } from 'commander'
import { readCommunity } from '../chain/read-community.ts'
import { readProfile } from '../community/profile.ts'
import { refusal } from '../failure.ts'
import { openInstance, type Where, withWhere } from '../instance/instance.ts'
import { rangeOf } from '../instance/range.ts'
import { print } from '../print.ts'
import { adjustmentsOfApi, evidenceOfApi, type Piece } from './source.ts'

type Options = Where & { community: string; from?: string; to?: string; out: string; json?: boolean }

/** `opem evidence`: keeps the evidence behind settled batches in a file, one batch (or adjustment) per line, for `opem audit --evidence`. */
export function evidenceCommand(program: Command): void {
  withWhere(
    program
      .command('evidence')
      .summary('keep the evidence behind a community’s settled batches in a file')
      .description(
        'Writes the books behind settled batches, one JSON object per line. They hold consumption: keep the file safe.',
      )
      .requiredOption('--community <id>', 'its id (0x…) or its name')
      .option('--from <instant>', 'first period (default: the first of all)')
      .option('--to <instant>', 'end of the last period (default: all)')
      .requiredOption('--out <file>', 'where to write')
      .option('--settlement <address>', 'settlement contract (default: this marketplace’s)')
      .option('--json', 'one JSON object for machines'),
  ).action(async (options: Options) => {
    const { from, to } = rangeOf(options)
    const { api, chain: client, contracts, fromBlock } = await openInstance(options)
    const { id, name } = await readProfile(api, options.community)
    const { view, batches } = await readCommunity(client, {
      settlement: contracts.settlement,
      community: id,
      fromBlock,
    })
    const wanted = batches.filter(({ start, periods }) => start < to && start + periods * view.periodSeconds > from)
    const temporary = `${options.out}.tmp`
    // Personal data: readable by its owner alone.
    const file = createWriteStream(temporary, { mode: 0o600 })
    const missing = new Set(wanted.map(({ start }) => start))
    let lines = 0
    let adjustments = 0
    const keep = async ({ raw }: Extract<Piece, { raw: unknown }>) => {
      if (!file.write(`${JSON.stringify(raw)}\n`)) await new Promise<void>((resolve) => file.once('drain', resolve))
    }
    for await (const piece of evidenceOfApi(api, id, view.periodSeconds, wanted, view.members.length)) {
      if ('broken' in piece)
        throw refusal('ERR_EVIDENCE', `The API keeps something that is no evidence: ${piece.broken}`)
      if (!('batch' in piece) || !missing.delete(piece.batch.start)) continue
      await keep(piece)
      lines += 1
    }
    const [first, last] = [wanted[0], wanted.at(-1)]
    if (first && last) {
      const range = { from: first.start, to: last.start + last.periods * view.periodSeconds }
      for await (const piece of adjustmentsOfApi(api, id, range)) {
        if ('broken' in piece)
          throw refusal('ERR_EVIDENCE', `The API keeps something that is no adjustment: ${piece.broken}`)
        await keep(piece)
        adjustments += 1
      }
    }
    file.end()
    await finished(file)
    if (missing.size > 0) {
      throw refusal(
        'ERR_EVIDENCE_MISSING',
        `The API keeps no evidence of ${missing.size} of ${wanted.length} batches of ${name}: wait until the oracle has written it, or ask an oracle node’s operator.`,
      )
    }
    renameSync(temporary, options.out)
    const adjusted = adjustments === 0 ? '' : ` and ${adjustments} adjustments`
    print(options, { community: id, batches: lines, adjustments, file: options.out }, [
      `${lines} batches${adjusted} of ${name} kept in ${options.out}`,
    ])
  })
}
