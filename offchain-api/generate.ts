import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { openApiDocument } from './src/unified-api/openapi.ts'

const FOLDER = join(import.meta.dirname, 'generated')

/** Writes `generated/openapi.json` and the types `generated/api.d.ts` from the shapes that the server parses with. */
export async function generate(): Promise<void> {
  await mkdir(FOLDER, { recursive: true })
  const document = join(FOLDER, 'openapi.json')
  await writeFile(document, `${JSON.stringify(openApiDocument(), null, 2)}\n`)
  const packageFile = createRequire(import.meta.url).resolve('openapi-typescript/package.json')
  // In a process of its own: openapi-typescript brings the TypeScript it works with.
  await promisify(execFile)(process.execPath, [
    join(dirname(packageFile), 'bin', 'cli.js'),
    document,
    '--output',
    join(FOLDER, 'api.d.ts'),
    '--default-non-nullable=false',
  ])
}

if (import.meta.main) await generate()
