import { resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { detach } from './detach.ts'
import { up } from './up.ts'

const names = (text: string): string[] => {
  const list = text.split(',').map((name) => name.trim())
  if (list.some((name) => name === '')) throw new InvalidArgumentError('give part names with commas between: chain,api')
  return list
}

/** `opem up`: every part of the marketplace, in the foreground until Ctrl-C. */
export function upCommand(program: Command): void {
  program
    .command('up')
    .summary('start every part of the marketplace')
    .description('Starts every part, says one line when each is ready, restarts what dies, ends all on Ctrl-C.')
    .option('--no-demo', 'without the demo community and its simulated meters')
    .option('--detach', 'run in the background; returns when every part is ready')
    .option('--only <parts>', 'only these parts, and what they need: chain,api', names)
    .option('--home <folder>', 'data folder (default: OPEM_HOME or .opem)')
    .action(async (options: { demo: boolean; detach?: boolean; only?: string[]; home?: string }) => {
      const env = { ...process.env, ...(options.home && { OPEM_HOME: resolve(options.home) }) }
      const wanted = { env, demo: options.demo, ...(options.only && { only: options.only }) }
      await (options.detach ? detach(wanted) : up(wanted))
    })
}
