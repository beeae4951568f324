import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { energyCommunityAbi } from '@opem/contracts'
import { createKeyFile, developmentWallet } from '@opem/ssi'
import { didOfAddress } from '@opem/ssi/did'
import { type Address, parseEther } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  foundCommunity,
  keyOf,
  type Marketplace,
  memberId,
  openMarketplace,
} from '../../../contracts/testing/marketplace.ts'

const OPEM = join(import.meta.dirname, '..', '..', 'bin', 'opem.mjs')
const HOUR = 3600
const [member, successor] = ['member', 'successor'].map((name) => privateKeyToAccount(keyOf(name)))

let chain: Marketplace
let community: Address
let home: string
let door: Server
let api: string

// The chain has one member, Ana; the profile knows another, who never joined.
beforeAll(async () => {
  chain = await openMarketplace()
  community = (await foundCommunity(chain, Math.ceil(Date.now() / 1000 / HOUR + 1) * HOUR)).toLowerCase() as Address
  home = mkdtempSync(join(tmpdir(), 'opem-member-'))
  writeFileSync(join(home, 'deployment.json'), JSON.stringify({ chainId: 31337, block: 0, addresses: chain.addresses }))
  for (const name of ['operator', 'member', 'successor'])
    await createKeyFile(join(home, 'keys', `${name}.json`), keyOf(name))
  const members = [
    { id: memberId(0), name: 'Ana', account: member!.address.toLowerCase(), meters: [] },
    { id: memberId(1), name: 'Ben', account: member!.address.toLowerCase(), meters: [] },
  ]
  const audience = didOfAddress(31337, developmentWallet(5).address)
  door = createServer((request, response) => {
    const profile = { id: community, name: 'Sunny Street', members, rules: [] }
    const answer = request.url?.startsWith('/v1/access') ? { audience } : profile
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  api = `http://127.0.0.1:${(door.address() as { port: number }).port}`
})
afterAll(async () => {
  door?.close()
  await chain?.close()
  rmSync(home, { recursive: true, force: true })
})

const run = (...args: string[]) =>
  new Promise<{ stdout: string; refusal: string | undefined }>((resolve) => {
    const env = { ...process.env, OPEM_HOME: home, OPEM_CHAIN_URL: chain.url, OPEM_API_URL: api, OPEM_DEBUG: '' }
    execFile(process.execPath, [OPEM, ...args], { env }, (error, stdout, stderr) =>
      resolve({ stdout, refusal: error ? stderr.split(':')[0] : undefined }),
    )
  })
const issue = (...args: string[]) => run('community', 'member-credential', '--community', community, ...args)

test('the administrator gives a member a credential, which the member’s wallet checks on the chain and keeps', async () => {
  const out = join(home, 'ana.jwt')
  const { stdout } = await issue('--member', 'Ana', '--wallet', 'operator', '--out', out, '--json')
  const subject = didOfAddress(31337, member!.address)
  expect(JSON.parse(stdout)).toEqual({ community, issued: [{ member: memberId(0), name: 'Ana', subject, path: out }] })
  expect((statSync(out).mode & 0o777).toString(8)).toBe('600')
  const { vc, ...rest } = JSON.parse(Buffer.from(readFileSync(out, 'utf8').split('.')[1]!, 'base64url').toString())
  expect(vc.credentialSubject).toEqual({ community, member: memberId(0) })
  expect(rest).toMatchObject({ iss: didOfAddress(31337, chain.operator.account.address), sub: subject })
  const accepted = await run('wallet', 'accept', 'member', out, '--json')
  expect(JSON.parse(accepted.stdout)).toMatchObject({ type: 'MemberCredential', status: 'accepted' })
  expect((await run('wallet', 'accept', 'successor', out)).refusal).toBe('ERR_CREDENTIAL_SUBJECT')
})

test('everybody who is in on the chain gets one, in a file of their own', async () => {
  const out = join(home, 'members')
  expect((await issue('--wallet', 'operator', '--out', out)).refusal).toBeUndefined()
  expect(readdirSync(out)).toEqual([`${memberId(0)}.jwt`])
})

test('who has not joined on the chain gets none, and nobody is believed to administer', async () => {
  const out = join(home, 'refused.jwt')
  expect((await issue('--member', 'Ben', '--wallet', 'operator', '--out', out)).refusal).toBe('ERR_MEMBER')
  expect((await issue('--member', 'Ana', '--wallet', 'member', '--out', out)).refusal).toBe('ERR_ADMINISTRATOR')
  expect((await issue('--member', 'Ana', '--development', '--out', out)).refusal).toBe('ERR_ADMINISTRATOR')
  expect((await issue('--member', 'Ana', '--out', out)).refusal).toBe('ERR_WALLET')
  expect(() => statSync(out)).toThrow()
})

test('who handed the administration on is refused, and the next one issues', async () => {
  const out = join(home, 'next.jwt')
  await chain.tester.setBalance({ address: successor!.address, value: parseEther('1') })
  await chain.mined(
    await chain.operator.writeContract({
      ...{ address: community, abi: energyCommunityAbi, functionName: 'transferAdministration' },
      args: [successor!.address],
    }),
  )
  expect((await issue('--member', 'Ana', '--wallet', 'operator', '--out', out)).refusal).toBe('ERR_ADMINISTRATOR')
  expect((await issue('--member', 'Ana', '--wallet', 'successor', '--out', out)).refusal).toBeUndefined()
  expect((await run('wallet', 'accept', 'member', out)).refusal).toBeUndefined()
})
