import type { ChainOptions } from '@opem/ssi/wallet'
import { isAddress } from 'viem'
import { refusal } from '../failure.ts'
import { type Api, openApi } from '../instance/api.ts'
import { readDeployment } from '../up/deployment.ts'
import { runningRun } from '../up/run-file.ts'
import { readSettings } from '../up/settings.ts'

export interface PlaceOptions {
  readonly api?: string
  readonly chain?: string
}

/** The marketplace that a wallet belongs to: a company's wallet needs no deployment beside it, only its API and a chain. */
export interface Place {
  readonly api: Api
  readonly chain: ChainOptions
}

const NEEDED = ['EthereumDIDRegistry', 'RevocationRegistry', 'IssuerRegistry'] as const

/** Options first, then settings, then what runs in OPEM_HOME, then the default ports. */
export async function placeOf(options: PlaceOptions): Promise<Place> {
  const settings = readSettings(process.env)
  const parts = new Map(runningRun(settings.home)?.parts.map(({ name, url }) => [name, url]))
  const api = openApi(options.api ?? (process.env.OPEM_API_URL || undefined) ?? parts.get('api') ?? settings.urls.api)
  const replaced = settings.replaced.has('chain') ? settings.urls.chain : undefined
  const rpcUrl = options.chain ?? replaced ?? parts.get('chain') ?? settings.urls.chain
  const local = options.api === undefined ? readDeployment(settings.home) : undefined
  const complete = local && NEEDED.every((name) => name in local.addresses)
  const { chainId, addresses } = complete
    ? local
    : await api.get<{ chainId: number; addresses: Record<string, string> }>('/v1/settings')
  for (const name of NEEDED) {
    const address = addresses[name]
    if (address === undefined || !isAddress(address, { strict: false })) {
      throw refusal('ERR_NO_DEPLOYMENT', `The marketplace at ${api.url} does not say where its ${name} is.`)
    }
  }
  return { api, chain: { rpcUrl, chainId, addresses: addresses as unknown as ChainOptions['addresses'] } }
}
