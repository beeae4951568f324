import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ethereumDidRegistryAbi } from '@opem/contracts'
import { developmentWallet } from '@opem/ssi'
import { createPublicClient, createWalletClient, http, toHex } from 'viem'
import { foundry } from 'viem/chains'
import type { Instance } from '../instance.ts'

/**
 * Writes a value where no private value may ever stand: a log line in three forms, and a transaction whose calldata and event
 * hold it; and copies a key into a file that all may read. @returns the place of the transaction, and how to take the files away
 */
export async function plant(instance: Instance, value: string): Promise<{ transaction: string; remove(): void }> {
  const text = Buffer.from(value)
  const log = (form: string) => join(instance.home, 'logs', `planted-${form}.log`)
  const lines = {
    plain: value,
    hex: `at 0x${text.toString('hex')} …`,
    base64: Buffer.from(`{"of":"${value}"}`).toString('base64url'),
  }
  for (const [form, line] of Object.entries(lines)) writeFileSync(log(form), `${line}\n`, { mode: 0o600 })
  const readable = join(instance.home, 'planted.json')
  writeFileSync(readable, readFileSync(join(instance.home, 'access', 'agent-secret')))
  chmodSync(readable, 0o644)

  const account = developmentWallet(9)
  const { addresses } = (await (await fetch(`${instance.page}/v1/settings`)).json()) as {
    addresses: { EthereumDIDRegistry: `0x${string}` }
  }
  const transport = http(instance.chain)
  const transaction = await createWalletClient({ account, chain: foundry, transport }).writeContract({
    ...{ address: addresses.EthereumDIDRegistry, abi: ethereumDidRegistryAbi, functionName: 'setAttribute' },
    args: [account.address, toHex('planted', { size: 32 }), toHex(value), 60n],
  })
  await createPublicClient({ transport }).waitForTransactionReceipt({ hash: transaction, pollingInterval: 50 })
  return { transaction, remove: () => [readable, ...Object.keys(lines).map(log)].forEach((file) => void rmSync(file)) }
}
