import { openKeyFile } from '@opem/ssi'
import type { Command } from 'commander'
import { print } from '../print.ts'
import { companyVerbs } from './company.ts'
import { createVerb } from './create.ts'
import { credentialVerbs } from './credentials.ts'
import { listVerb } from './list.ts'
import { machineVerbs } from './machine.ts'
import { keyFileOf } from './names.ts'
import { renewVerb } from './renew.ts'
import { serveVerb } from './serve.ts'
import { accessVerbs } from './sign-in.ts'
import { systemKeyVerb } from './system-key.ts'

/**
 * `opem wallet …`: key files of people and machines, companies' wallets, and the credentials of both. Keys are readable
 * by their owner alone and never printed.
 */
export function walletCommand(program: Command): void {
  const wallet = program
    .command('wallet')
    .summary('key files, companies’ wallets and their credentials')
    .description(
      'Key files in OPEM_HOME/keys (of machines in OPEM_HOME/system-keys), companies’ wallets and credentials in OPEM_HOME/wallets (mode 600). A key itself is never printed.',
    )
  createVerb(wallet)
  listVerb(wallet)
  wallet
    .command('address')
    .description("A key file's address.")
    .argument('<name>', 'a name, or a path with a slash')
    .option('--json', 'one JSON object for machines')
    .action(async (name: string, options: { json?: boolean }) => {
      const address = (await openKeyFile(keyFileOf(name))).address.toLowerCase()
      print(options, { address }, [address])
    })
  credentialVerbs(wallet)
  companyVerbs(wallet)
  serveVerb(wallet)
  accessVerbs(wallet)
  renewVerb(wallet)
  machineVerbs(wallet)
  systemKeyVerb(wallet)
}
