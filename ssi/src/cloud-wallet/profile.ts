import { join } from 'node:path'
import { OpemError } from '@opem/domain'
import { z } from 'zod'
import type { Did } from '../did/index.ts'
import { readPrivate, writePrivate } from './files.ts'

const did = z.custom<Did>((value) => typeof value === 'string' && /^did:ethr:0x[0-9a-f]+:0x[0-9a-f]{40}$/.test(value))

const Profile = z.strictObject({
  version: z.literal(1),
  did,
  company: z.strictObject({ name: z.string().min(1).max(200), url: z.url({ protocol: /^https?$/ }) }),
  /** Where messages reach the wallet: `https://…/didcomm`. */
  endpoint: z.url({ protocol: /^https?$/ }),
  /** The marketplace: the only one to whom the Account credential is shown. */
  marketplace: did,
  /** Whose credentials are taken without asking; others wait until the administrator accepts them. */
  acceptFrom: z.array(did),
})

/** What a company's wallet knows about itself; no secret is in it. */
export type WalletProfile = z.infer<typeof Profile>

const pathOf = (home: string): string => join(home, 'wallet.json')

/** @throws ERR_WALLET_PROFILE naming what does not fit; ERR_WALLET_EXISTS with `new` */
export async function writeProfile(home: string, profile: WalletProfile, how: 'new' | 'over'): Promise<void> {
  const parsed = Profile.safeParse(profile)
  if (!parsed.success) {
    throw new OpemError({
      code: 'ERR_WALLET_PROFILE',
      shortMessage: `The wallet cannot be described so: ${z.prettifyError(parsed.error)}`,
    })
  }
  await writePrivate(pathOf(home), parsed.data, how)
}

/** Undefined when there is no company wallet in the folder. */
export const findProfile = (home: string): Promise<WalletProfile | undefined> => readPrivate(pathOf(home), Profile)

/** @throws ERR_WALLET_MISSING */
export async function readProfile(home: string): Promise<WalletProfile> {
  const profile = await findProfile(home)
  if (profile) return profile
  throw new OpemError({
    code: 'ERR_WALLET_MISSING',
    shortMessage: `There is no company wallet in ${home}: opem wallet create <name> --company … makes one.`,
  })
}
