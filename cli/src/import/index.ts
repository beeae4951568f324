import type { Command } from 'commander'
import { FORMATS, type ImportFlags } from './flags.ts'
import { importFiles } from './import-files.ts'
import { importRejected } from './import-rejected.ts'

/** `opem import`: meter files and price files through the unified API into the lake. */
export function importCommand(program: Command): void {
  const repeated = (value: string, before: string[]) => [...before, value]
  program
    .command('import')
    .summary('read meter files into the lake')
    .description(
      'Reads meter files and price files, reports what is odd about them, and stores their readings. The same file twice changes nothing. ' +
        'A site whose energy is doubtful is refused (exit code 1) until a mapping file decides; rejected rows are kept and said (exit code 0, or 1 when no row of a file could be read).',
    )
    .option('--format <format>', `one of ${FORMATS.join(', ')}`)
    .option('--file <path>', 'file to read; give it several times for several files', repeated, [])
    .option('--map <path>', 'mapping file with decisions about sites (adaptors/README.md)')
    .option('--meter <id>', 'meter id, for files of one meter')
    .option('--time-zone <zone>', 'IANA time zone of the local times in the file, such as America/New_York')
    .option('--rejected', 'read the rejected rows again instead of a file')
    .option('--source <source>', 'with --rejected: only rows of this source')
    .option('--api <url>', 'unified API (default: OPEM_API_URL, the running instance, or http://127.0.0.1:8400)')
    .option('--as <wallet>', 'a wallet that is signed in (default: OPEM_WALLET, or the command line’s own key)')
    .option('--dry-run', 'read and report, store nothing')
    .option('--json', 'print the reports as one JSON object')
    .action(async (flags: ImportFlags) => {
      process.exitCode = flags.rejected ? await importRejected(flags) : await importFiles(flags)
    })
}
