import type { Command } from 'commander'
import { isAlive } from '../up/process.ts'
import { endLeftovers, readRun } from '../up/run-file.ts'
import { readSettings } from '../up/settings.ts'

/** `opem down`: asks the running supervisor to end all parts, and waits until they have. */
export function downCommand(program: Command): void {
  program
    .command('down')
    .summary('end the running marketplace')
    .description('Ends every part in order; the data is kept. Also ends what a killed supervisor left running.')
    .option('--json', 'one JSON object for machines')
    .action(async (options: { json?: boolean }) => {
      const { home } = readSettings(process.env)
      const run = readRun(home)
      const wasRunning = run !== undefined && isAlive(run)
      if (wasRunning) {
        process.kill(run.pid, 'SIGTERM')
        while (isAlive(run)) await new Promise((resolve) => setTimeout(resolve, 100))
      }
      const leftovers = await endLeftovers(home)
      const sentence = wasRunning
        ? `ended the marketplace in ${home}; the data is kept`
        : leftovers.length > 0
          ? `ended what a killed supervisor had left: ${leftovers.join(', ')}`
          : `nothing ran in ${home}`
      process.stdout.write(options.json ? `${JSON.stringify({ ended: wasRunning, leftovers })}\n` : `${sentence}\n`)
    })
}
