/** Writes the JSON Schemas of all credential types to `ssi/schemas`, which is committed. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { credentialSchemas, earlierSchemas } from './src/credential/schemas.ts'

const out = join(import.meta.dirname, 'schemas')
rmSync(out, { recursive: true, force: true })
mkdirSync(out)
for (const { name, version, schema } of [...earlierSchemas(), ...credentialSchemas()])
  writeFileSync(join(out, `${name}.${version}.json`), `${JSON.stringify(schema, null, 2)}\n`)
