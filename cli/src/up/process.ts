import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** A process that cannot be mistaken for a later one with the same number: the kernel's start time stands beside it. */
export interface Identity {
  readonly pid: number
  /** Clock ticks since boot (field 22 of /proc/PID/stat); 0 where there is no /proc. */
  readonly startTime: number
}

interface Stat extends Identity {
  readonly group: number
  readonly zombie: boolean
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the command in parentheses and may hold spaces: fields are counted after its end.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { pid, group: Number(fields[2]), startTime: Number(fields[19]), zombie: fields[0] === 'Z' }
  } catch {
    return undefined
  }
}

export const identityOf = (pid: number): Identity => ({ pid, startTime: statOf(pid)?.startTime ?? 0 })

/** Whether this very process still runs. */
export function isAlive({ pid, startTime }: Identity): boolean {
  if (existsSync('/proc/self/stat')) {
    const stat = statOf(pid)
    return stat !== undefined && !stat.zombie && stat.startTime === startTime
  }
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Everything that still runs in the process group that `leader` opened, itself included. */
export function groupOf(leader: Identity): Identity[] {
  if (!existsSync('/proc/self/stat')) return isAlive(leader) ? [leader] : []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat !== undefined)
    .filter(({ group, zombie, startTime }) => group === leader.pid && !zombie && startTime >= leader.startTime)
    .map(({ pid, startTime }) => ({ pid, startTime }))
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/**
 * Ends a process and what it started: the leader first, so that it can end its own children in order, then the rest.
 * @param patienceMs how long SIGTERM may take before SIGKILL follows
 */
export async function endGroup(leader: Identity, patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs
  if (isAlive(leader)) send(leader.pid, 'SIGTERM')
  while (isAlive(leader) && Date.now() < deadline) await wait(25)
  for (const { pid } of groupOf(leader)) send(pid, 'SIGTERM')
  const last = Math.max(deadline, Date.now() + Math.min(3000, patienceMs))
  while (groupOf(leader).length > 0 && Date.now() < last) await wait(50)
  for (const { pid } of groupOf(leader)) send(pid, 'SIGKILL')
  while (groupOf(leader).length > 0) await wait(50)
}
