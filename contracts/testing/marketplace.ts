import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { joinConsent } from '@opem/domain'
import {
  type Address,
  createPublicClient,
  createTestClient,
  createWalletClient,
  type Hash,
  type Hex,
  http,
  keccak256,
  numberToHex,
  parseEther,
  parseEventLogs,
  type TransactionReceipt,
  toHex,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { communityFactoryAbi, energyCommunityAbi, settlementAbi } from '../abi/index.ts'
import { startAnvil } from './anvil.ts'
import { deployOnce } from './deploy-once.ts'

/** Accounts of the development chain: keys from names, so that runs repeat exactly. */
export const keyOf = (name: string): Hex => keccak256(toHex(name))

/** Sorted id number `index`, as random as the product's: members of a test ascend with their index. */
export const memberId = (index: number): Hex => numberToHex((BigInt(index + 1) << 240n) | 0x5eedn, { size: 32 })

export const WINDOW = 16 * 24 * 3600
export const BOND = parseEther('1')

export type Marketplace = Awaited<ReturnType<typeof openMarketplace>>

/** A chain with the contracts deployed, three bonded oracle nodes and quorum two. Call `close` at the end. */
export async function openMarketplace() {
  const anvil = await startAnvil()
  const dir = mkdtempSync(join(tmpdir(), 'opem-contracts-'))
  const transport = http(anvil.url)
  const client = createPublicClient({ chain: foundry, transport, pollingInterval: 20 })
  const tester = createTestClient({ chain: foundry, transport, mode: 'anvil' })
  const walletOf = (name: string) =>
    createWalletClient({ account: privateKeyToAccount(keyOf(name)), chain: foundry, transport })

  const operator = walletOf('operator')
  const nodes = ['node 1', 'node 2', 'node 3'].map(walletOf)
  for (const { account } of [operator, ...nodes])
    await tester.setBalance({ address: account.address, value: parseEther('1000') })
  const { addresses } = await deployOnce({
    rpcUrl: anvil.url,
    deploymentDir: dir,
    operatorKey: keyOf('operator'),
    oracleNodes: nodes.map((node) => node.account.address),
    quorum: 2,
    minimumBond: BOND,
    correctionWindow: WINDOW,
    timelockSeconds: 0,
  })

  const mined = async (hash: Hash): Promise<TransactionReceipt> => {
    const receipt = await client.waitForTransactionReceipt({ hash })
    if (receipt.status !== 'success') throw new Error(`transaction ${hash} reverted`)
    return receipt
  }
  for (const node of nodes)
    await mined(
      await node.writeContract({
        address: addresses.Settlement,
        abi: settlementAbi,
        functionName: 'postBond',
        value: BOND,
      }),
    )

  const close = async (): Promise<void> => {
    await anvil.close()
    rmSync(dir, { recursive: true, force: true })
  }
  return { url: anvil.url, client, tester, operator, nodes, addresses, mined, close }
}

/** Founds a running community with one member, under plain even rules from `startsAt` (historic when that is past). */
export async function foundCommunity(
  { client, operator, addresses, mined }: Marketplace,
  startsAt: number,
  periodSeconds = 3600,
): Promise<Address> {
  const from = BigInt(startsAt)
  const founded = await mined(
    await operator.writeContract({
      address: addresses.CommunityFactory,
      abi: communityFactoryAbi,
      functionName: 'createCommunity',
      args: [
        { profileHash: keyOf('profile'), periodSeconds, scheme: 1, startsAt: from },
        [{ from, key: 0, plain: true, exact: true, rulesHash: keyOf('rules') }],
      ],
    }),
  )
  const [created] = parseEventLogs({ abi: communityFactoryAbi, eventName: 'CommunityCreated', logs: founded.logs })
  const community = created!.args.community

  const account = privateKeyToAccount(keyOf('member'))
  const [member, deadline, chainId] = [memberId(0), 2n ** 40n, await client.getChainId()]
  const meteringPoints = [{ id: keyOf('metering point'), participation: 100 }]
  const consent = await account.signTypedData(
    joinConsent({ chainId, community, member, account: account.address, from, meteringPoints, nonce: 0, deadline }),
  )
  const door = { address: community, abi: energyCommunityAbi } as const
  const args = [member, account.address, from, meteringPoints, deadline, consent] as const
  await mined(await operator.writeContract({ ...door, functionName: 'join', args }))
  await mined(await operator.writeContract({ ...door, functionName: 'start' }))
  return community
}
