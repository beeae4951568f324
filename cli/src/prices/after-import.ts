import { existsSync } from 'node:fs'
import { openKeyFile } from '@opem/ssi'
import { openInstance, type Where } from '../instance/instance.ts'
import { keyFile } from '../up/keys.ts'
import { readSettings } from '../up/settings.ts'
import { sayCommitted } from './command.ts'
import { type Committed, commitPrices } from './commit.ts'

/**
 * Commits the series that an import has just brought, where the operator's key of OPEM_HOME is at hand; elsewhere it says
 * which command the price publisher runs. @returns what was committed, and a line for people of each series
 */
export async function commitAfterImport(
  where: Where,
  series: readonly string[],
): Promise<{ readonly committed: readonly Committed[]; readonly lines: readonly string[] }> {
  const file = keyFile(readSettings(process.env).home, 'operator')
  const byHand = series.map(
    (name) => `${name}: not committed to the chain yet; the price publisher runs: opem prices commit --series ${name}`,
  )
  if (!existsSync(file)) return { committed: [], lines: byHand }
  const instance = await openInstance(where)
  if (instance.contracts.priceBook === undefined) return { committed: [], lines: byHand }
  const publisher = await openKeyFile(file)
  const committed: Committed[] = []
  for (const name of series) committed.push(await commitPrices(instance, publisher, name))
  return { committed, lines: committed.map(sayCommitted) }
}
