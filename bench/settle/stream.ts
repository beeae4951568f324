import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, readFileSync, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const OPEM = join(import.meta.dirname, '../../cli/bin/opem.mjs')
const MEMBERS = 100

export interface Streamed {
  readonly rows: number
  readonly seconds: number
  /** The most memory the process ever held, bytes. */
  readonly memory: number
}

/** A file of `hours` hours of a hundred members, in the columns of `opem settle`. */
async function writeReadings(file: string, hours: number): Promise<void> {
  const out = createWriteStream(file)
  out.write('period_start,period_seconds,member,import_wh,export_wh\n')
  for (let hour = 0; hour < hours; hour++) {
    const start = new Date(Date.UTC(2020, 0, 1, hour)).toISOString().replace('.000', '')
    let lines = ''
    for (let member = 0; member < MEMBERS; member++)
      lines += `${start},3600,member-${member},${(hour * 7 + member * 13) % 1500},${member % 3 === 0 ? (hour * 11) % 2000 : 0}\n`
    if (!out.write(lines)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'close')
}

/** The peak of a process's resident memory as Linux keeps it; 0 when the process is gone. */
function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

/** `opem settle --key even` on a file of so many hours, as a user runs it: whole seconds from start to end, and its peak memory. */
export async function streamHours(hours: number): Promise<Streamed> {
  const folder = await mkdtemp(join(tmpdir(), 'opem-bench-'))
  try {
    const file = join(folder, 'readings.csv')
    await writeReadings(file, hours)
    const began = process.hrtime.bigint()
    const args = [OPEM, 'settle', '--readings', file, '--key', 'even', '--json']
    // A heap so small that what grew with the file would end the process.
    const child = spawn(process.execPath, ['--max-old-space-size=48', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    child.stdout.resume()
    let memory = 0
    const watch = setInterval(() => (memory = Math.max(memory, peakOf(child.pid!))), 20)
    const [code] = (await once(child, 'exit')) as [number]
    clearInterval(watch)
    if (code !== 0) throw new Error(`opem settle ended with ${code}`)
    return { rows: hours * MEMBERS, seconds: Number(process.hrtime.bigint() - began) / 1e9, memory }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
