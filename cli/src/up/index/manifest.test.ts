import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Deployment, manifestFor } from '@opem/subgraph/manifest'
import { expect, test } from 'vitest'

const source = await readFile(join(import.meta.dirname, '../../../../subgraph/subgraph.yaml'), 'utf8')
const of = (digit: string) => `0x${digit.repeat(40)}`
const old = {
  block: 7,
  addresses: {
    ...{ CommunityFactory: of('1'), Settlement: of('2'), IssuerRegistry: of('3'), SchemaRegistry: of('4') },
    ...{ CredentialDefinitionRegistry: of('5'), RevocationRegistry: of('6'), AccountRegistry: of('7') },
  },
}

test('a marketplace that was deployed before the market has an index all the same', () => {
  const manifest = manifestFor(source, Deployment.parse(old))
  expect(manifest).toContain(`address: "${of('7')}"`)
  expect(manifest.match(/address: "0x0{38}f[0-9a-f]"/g)).toEqual([
    'address: "0x00000000000000000000000000000000000000f7"',
    'address: "0x00000000000000000000000000000000000000f8"',
    'address: "0x00000000000000000000000000000000000000f9"',
    'address: "0x00000000000000000000000000000000000000fa"',
    'address: "0x00000000000000000000000000000000000000fb"',
    'address: "0x00000000000000000000000000000000000000fc"',
  ])
})

test('an address of the market takes the place of its placeholder', () => {
  const manifest = manifestFor(source, Deployment.parse({ ...old, addresses: { ...old.addresses, Escrow: of('A') } }))
  expect(manifest).toContain(`address: "${of('a')}"`)
  expect(manifest).not.toContain('0x00000000000000000000000000000000000000f9')
  expect(manifest.match(/startBlock: 7\n/g)).toHaveLength(13)
})
