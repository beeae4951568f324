import type { Command } from 'commander'
import { isHealthy } from '../up/health.ts'
import { isAlive } from '../up/process.ts'
import { readRun } from '../up/run-file.ts'
import { readSettings } from '../up/settings.ts'

/** `opem status`: asks every part of the running marketplace whether it works; exit code 0 only when all do. */
export function statusCommand(program: Command): void {
  program
    .command('status')
    .summary('every part, its address, healthy or not')
    .description('Asks every part of the running marketplace; exit code 0 only when all are healthy.')
    .option('--json', 'one JSON object for machines')
    .action(async (options: { json?: boolean }) => {
      const { home } = readSettings(process.env)
      const run = readRun(home)
      const running = run !== undefined && isAlive(run)
      const parts = await Promise.all(
        (run?.parts ?? []).map(async ({ name, url, pid, startTime, status, replaced, probe }) => {
          const lives = replaced || (pid !== undefined && isAlive({ pid, startTime: startTime ?? 0 }))
          const healthy = running && status === 'ready' && lives && (await isHealthy(probe))
          return { name, url, pid, status: running ? status : 'stopped', healthy, ...(replaced && { replaced }) }
        }),
      )
      const healthy = running && parts.length > 0 && parts.every((part) => part.healthy)
      if (options.json) {
        const { pid, deployment } = run ?? {}
        process.stdout.write(
          `${JSON.stringify({ running, healthy, home, ...(running && { pid }), parts, deployment })}\n`,
        )
      } else if (!running) {
        process.stdout.write(`OPEM does not run in ${home}: npm start (or opem up) starts it.\n`)
      } else {
        const lines = parts.map(({ name, status, healthy: well, url, replaced }) =>
          [
            name.padEnd(12),
            (well ? 'healthy' : status === 'ready' ? 'unhealthy' : status).padEnd(11),
            url ?? '–',
            replaced ? '(replaced)' : '',
          ]
            .join(' ')
            .trimEnd(),
        )
        process.stdout.write(`${lines.join('\n')}\n${healthy ? 'all healthy' : 'not all healthy'}\n`)
      }
      process.exitCode = healthy ? 0 : 1
    })
}
