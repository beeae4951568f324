import type { Command } from 'commander'
import { refusal } from '../failure.ts'
import { print } from '../print.ts'
import { readSystems, revokeSystem } from '../up/access/systems.ts'
import { readSettings } from '../up/settings.ts'

interface Options {
  readonly json?: boolean
}

/**
 * `opem system …`: the marketplace's own machines, as `$OPEM_HOME/access/systems.json` tells the API, the broker and the oracle
 * nodes, which read it again when it changes. Machines of companies are on the companies' pages.
 */
export function systemCommand(program: Command): void {
  const system = program
    .command('system')
    .summary('the marketplace’s own machines and their keys')
    .description(
      "The marketplace's own machines: oracle nodes, ingest, broker, this command line. Machines of companies are configured on the companies' pages.",
    )
  system
    .command('list')
    .description('The machines, and what each may do.')
    .option('--json', 'one JSON array for machines')
    .action((options: Options) => {
      const { home } = readSettings(process.env)
      const systems = readSystems(home)
      const lines = systems.map(
        ({ id, name, scopes, meters }) =>
          `${id}  ${name}: ${scopes.join(', ')}${meters.length > 0 ? ` for ${meters.join(', ')}` : ''}`,
      )
      print(options, systems, lines.length > 0 ? lines : [`there are no machines in ${home}: opem up makes them`])
    })
  system
    .command('remove')
    .summary('revokes the key of a machine, at once')
    .description(
      'Revokes the key of a machine: whoever signs with it is refused from now on. A machine that is still needed gets a new key when the marketplace is started again (opem down, opem up).',
    )
    .argument('<id>', 'the machine, as opem system list shows it')
    .option('--json', 'one JSON object for machines')
    .action((id: string, options: Options) => {
      const { home } = readSettings(process.env)
      if (!revokeSystem(home, id)) {
        const known = readSystems(home).map((one) => one.id)
        throw refusal('ERR_SYSTEM', `There is no machine "${id}" in ${home}: there are ${known.join(', ') || 'none'}.`)
      }
      print(options, { removed: id }, [
        `the key of ${id} is revoked; if the machine is still needed, opem down and opem up give it another`,
      ])
    })
}
