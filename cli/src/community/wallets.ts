import { developmentWallet, openKeyFile } from '@opem/ssi'
import type { Command } from 'commander'
import type { LocalAccount } from 'viem'
import { refusal } from '../failure.ts'
import type { Instance } from '../instance/instance.ts'
import { DEVELOPMENT_CHAIN_ID } from '../up/keys.ts'

/** Who acts: a key file, or a wallet of the development words. */
export interface Who {
  readonly key?: string
  readonly development?: boolean | string
}

export const withWho = (command: Command): Command =>
  command
    .option('--key <file>', "the administrator's key file (opem wallet create)")
    .option('--development [index]', 'act as a wallet of the development words (default 0); development chain only')

/** The index behind `--development [index]`; undefined when it was not given. */
function developmentIndex({ development }: Who): number | undefined {
  if (development === undefined || development === false) return undefined
  const index = development === true ? 0 : Number(development)
  if (Number.isSafeInteger(index) && index >= 0) return index
  throw refusal('ERR_WALLET', `--development is "${development}": give the index of a development wallet, 0, 1, 2 …`)
}

function onDevelopmentChain({ chainId }: Pick<Instance, 'chainId'>): void {
  if (chainId === DEVELOPMENT_CHAIN_ID) return
  throw refusal(
    'ERR_WALLET',
    `Development wallets are known to everybody, so they sign on chain ${DEVELOPMENT_CHAIN_ID} only; this is chain ${chainId}: give key files.`,
  )
}

/** The wallet that somebody named. @param whose in words, for the refusal @throws ERR_WALLET when nothing was named */
export async function walletOf(instance: Pick<Instance, 'chainId'>, who: Who, whose: string): Promise<LocalAccount> {
  if (who.key !== undefined) return openKeyFile(who.key)
  const index = developmentIndex(who)
  if (index === undefined) {
    throw refusal(
      'ERR_WALLET',
      `Nobody can sign for ${whose}: name a key file, or a development wallet on the development chain.`,
    )
  }
  onDevelopmentChain(instance)
  return developmentWallet(index)
}

export const administratorWallet = (instance: Pick<Instance, 'chainId'>, who: Who): Promise<LocalAccount> =>
  walletOf(instance, who, 'the administrator (--key, --development)')

/** The wallet that signs a member's consent: its key file, else the development wallet behind the administrator's. */
export function memberWallet(
  instance: Pick<Instance, 'chainId'>,
  who: Who,
  member: { readonly name: string; readonly key?: string | undefined },
  place: number,
): Promise<LocalAccount> {
  const index = developmentIndex(who)
  const own: Who =
    member.key !== undefined ? { key: member.key } : index === undefined ? {} : { development: `${index + 1 + place}` }
  return walletOf(instance, own, `the member ${member.name} (its "key" in the file)`)
}
