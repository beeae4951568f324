import { join } from 'node:path'
import { createKeyFile, listKeyFiles, openKeyFile } from '@opem/ssi'
import type { Command } from 'commander'
import { refusal } from '../failure.ts'
import { print } from '../print.ts'
import { readSettings } from '../up/settings.ts'

/** A wallet's name as a file in the folder of keys; anything with a slash is a path of one's own. */
function pathOf(nameOrPath: string): string {
  if (nameOrPath.includes('/')) return nameOrPath
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(nameOrPath)) {
    throw refusal(
      'ERR_WALLET_NAME',
      `"${nameOrPath}" is no name for a wallet: letters, digits, dots, dashes and underscores, at most 64.`,
    )
  }
  return join(readSettings(process.env).home, 'keys', `${nameOrPath}.json`)
}

/** `opem wallet …`: key files, readable by their owner alone; a key is never printed. */
export function walletCommand(program: Command): void {
  const wallet = program
    .command('wallet')
    .summary('key files of members and administrators')
    .description('Key files in OPEM_HOME/keys (mode 600). A key itself is never printed.')
  wallet
    .command('create')
    .description('Makes a new key file.')
    .argument('<name>', 'a name, or a path with a slash')
    .option('--json', 'one JSON object for machines')
    .action(async (name: string, options: { json?: boolean }) => {
      const path = pathOf(name)
      const { address } = await createKeyFile(path)
      print(options, { address: address.toLowerCase(), path }, [`${address.toLowerCase()}  ${path}`])
    })
  wallet
    .command('list')
    .description('The key files and their addresses.')
    .option('--json', 'one JSON array for machines')
    .action(async (options: { json?: boolean }) => {
      const files = await listKeyFiles(join(readSettings(process.env).home, 'keys'))
      print(
        options,
        files,
        files.map(({ name, address }) => `${address}  ${name}`),
      )
    })
  wallet
    .command('address')
    .description("A key file's address.")
    .argument('<name>', 'a name, or a path with a slash')
    .option('--json', 'one JSON object for machines')
    .action(async (name: string, options: { json?: boolean }) => {
      const { address } = await openKeyFile(pathOf(name))
      print(options, { address: address.toLowerCase() }, [address.toLowerCase()])
    })
}
