import { readFile } from 'node:fs/promises'
import { energyCommunityAbi } from '@opem/contracts'
import type { Hex } from '@opem/domain'
import { openKeyFile } from '@opem/ssi'
import { issueCredential } from '@opem/ssi/credential'
import { didOfAddress } from '@opem/ssi/did'
import type { PrivateKeyAccount } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOperationalStore, type OperationalStore } from '../../operational/store.ts'
import { type AccessWorld, openAccessWorld } from '../../testing/access-world.ts'
import { CHAIN_ID } from '../../testing/browser.ts'
import {
  administratorWallet,
  foundOnChain,
  joinOnChain,
  memberWallet,
  type SignedConsent,
  signedConsent,
} from '../../testing/founded-community.ts'
import { ALL } from '../../testing/systems.ts'
import { createAccess } from './create-access.ts'

let world: AccessWorld
let store: OperationalStore
let access: ReturnType<typeof createAccess>
let community: Hex
let ana: SignedConsent

beforeAll(async () => {
  world = await openAccessWorld([ALL])
  store = createOperationalStore({ url: world.postgres.url })
  access = createAccess({
    ...{ store, chainUrl: world.chain.anvil.url, log: () => undefined },
    deployment: async () => JSON.parse(await readFile(world.chain.deploymentPath, 'utf8')),
    settings: {
      ...{ dir: world.own.dir, systemsFile: undefined, operatorDids: [], pendingSeconds: 3600, development: true },
      ...{ developmentIssuer: undefined, agentSecret: undefined, publicUrl: undefined, pinnedIssuers: [] },
      registrar: () => openKeyFile(world.chain.registrarFile),
      operator: undefined,
      limits: {
        perAddress: { burst: 9, perSecond: 9 },
        perHolder: { burst: 9, perSecond: 9 },
        registrationsPerHour: 9,
      },
    },
  })
  const from = 1_433_116_800 // 2015-06-01
  const plan = { name: 'Sunny Street', timeZone: 'Europe/Copenhagen', from, periodSeconds: 3600 } as const
  community = (await foundOnChain(world.chain, plan)).id
  ana = await signedConsent(world.chain, { community, name: 'Ana', meter: 'home-1', from })
  await joinOnChain(world.chain, community, ana)
})
afterAll(async () => {
  await access?.close()
  await store?.close()
  await world?.close()
})

const now = () => Math.floor(Date.now() / 1000)
const credential = (signer: PrivateKeyAccount, issuedAt: number) =>
  issueCredential({
    ...{ issuer: didOfAddress(CHAIN_ID, signer.address), signer, type: 'MemberCredential' },
    ...{ subject: didOfAddress(CHAIN_ID, ana.account), claims: { community, member: ana.member } },
    ...{ issuedAt, expiresAt: issuedAt + 86_400 },
  })
const verdict = async (jwt: string, at: number) => {
  const verified = await (await access.identity()).verifyCredential(jwt, 'MemberCredential', at)
  return verified.ok ? 'accepted' : verified.code
}

test('the API takes a Member credential of who administers the community on the chain, and of nobody else', async () => {
  expect(await verdict(await credential(administratorWallet, now()), now())).toBe('accepted')
  expect(await verdict(await credential(memberWallet('Ana'), now()), now())).toBe('ERR_VC_ISSUER')
  expect(await verdict(await credential(memberWallet('Eve'), now()), now())).toBe('ERR_VC_ISSUER')
})

test('who handed the administration on issues no more; what they issued before stays good', async () => {
  const before = await credential(administratorWallet, now() - 30)
  const { client, administrator } = world.chain
  const next = memberWallet('Ben')
  const hash = await administrator.writeContract({
    ...{ chain: null, address: community, abi: energyCommunityAbi, functionName: 'transferAdministration' },
    args: [next.address],
  })
  const { blockNumber } = await client.waitForTransactionReceipt({ hash })
  const at = Number((await client.getBlock({ blockNumber })).timestamp)
  expect(await verdict(before, at + 10)).toBe('accepted')
  expect(await verdict(await credential(administratorWallet, at + 5), at + 10)).toBe('ERR_VC_ISSUER')
  expect(await verdict(await credential(next, at + 5), at + 10)).toBe('accepted')
})
