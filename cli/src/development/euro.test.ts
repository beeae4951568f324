import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKeyFile } from '@opem/ssi'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { keyOf, type Marketplace, openMarketplace } from '../../../contracts/testing/marketplace.ts'
import { giveEther } from './ether.ts'
import { mintEuro } from './euro.ts'

const SOMEBODY = '0x00000000000000000000000000000000000000a1'

let chain: Marketplace
let home: string
const deployedOn = (chainId: number) =>
  writeFileSync(join(home, 'deployment.json'), JSON.stringify({ chainId, block: 0, addresses: chain.addresses }))

beforeAll(async () => {
  chain = await openMarketplace()
  home = mkdtempSync(join(tmpdir(), 'opem-euro-'))
  mkdirSync(join(home, 'keys'), { mode: 0o700 })
  await createKeyFile(join(home, 'keys/operator.json'), keyOf('operator'))
  deployedOn(31_337)
  vi.stubEnv('OPEM_HOME', home)
  vi.stubEnv('OPEM_CHAIN_URL', chain.url)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await chain?.close()
  rmSync(home, { recursive: true, force: true })
})

test('makes euros for an address, and says what it has now', async () => {
  expect(await mintEuro(SOMEBODY, '250')).toMatchObject({ to: SOMEBODY, amount: '250', balance: '250' })
  expect(await mintEuro(SOMEBODY, '12.50')).toMatchObject({ amount: '12.5', balance: '262.5' })
})

test('gives ether to who has none to pay with', async () => {
  expect(await giveEther(SOMEBODY, '10')).toEqual({ to: SOMEBODY, amount: '10', balance: '10' })
  await expect(giveEther(SOMEBODY, '0')).rejects.toThrow(/ERR_ARGUMENT: "0" is no amount: give ether like 10/)
})

test('refuses what is no address and what is no amount', async () => {
  await expect(mintEuro('0x12', '1')).rejects.toThrow(/ERR_ARGUMENT: "0x12" is no address/)
  await expect(mintEuro(SOMEBODY, '0')).rejects.toThrow(/ERR_ARGUMENT: "0" is no amount/)
  await expect(mintEuro(SOMEBODY, '-1')).rejects.toThrow(/ERR_ARGUMENT: "-1" is no amount/)
  await expect(mintEuro(SOMEBODY, '0.0000001')).rejects.toThrow(/ERR_ARGUMENT/)
})

test('refuses on any chain but the development chain', async () => {
  deployedOn(1)
  await expect(mintEuro(SOMEBODY, '1')).rejects.toThrow(/ERR_DEVELOPMENT_EURO: .* bring their own euros/)
  await expect(giveEther(SOMEBODY, '1')).rejects.toThrow(/ERR_DEVELOPMENT_ETHER: .* bring their own ether/)
})
