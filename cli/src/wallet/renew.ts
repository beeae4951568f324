import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { refusal } from '../failure.ts'
import { openCaller } from '../instance/caller.ts'
import { print } from '../print.ts'
import { readSettings } from '../up/settings.ts'
import { openAccess } from './access.ts'
import { choose } from './choose.ts'
import { sessionFile } from './names.ts'
import type { WalletOptions } from './open.ts'
import { passphrase, place } from './options.ts'
import { type AskedReceipt, keepAndShow } from './receipt.ts'

interface Version {
  readonly account: string
  readonly version: number
  readonly status: 'pending' | 'active'
  readonly delivery: 'wallet' | 'response'
  readonly credential?: string
  readonly receipt?: AskedReceipt
}

type Options = WalletOptions & { readonly lost?: boolean; readonly credential?: string }

/** `opem wallet renew`: the Account credential for another year, or again when it was lost. */
export function renewVerb(wallet: Command): void {
  const renew = wallet
    .command('renew')
    .summary('renews an Account credential, or has a lost one issued again')
    .description(
      'Signed in: the Account credential for another year, in its last 60 days. With --lost: issued again for who shows the Identity or the administrator’s Representative credential; the lost one counts no longer. A company’s goes to its own wallet.',
    )
    .argument('<name>', 'a wallet')
    .option('--lost', 'it was lost or has expired: prove again who you are')
    .option('--credential <id>', 'with --lost: which credential to present, when the wallet holds several')
    .option('--json', 'one JSON object for machines')
  place(passphrase(renew)).action(async (name: string, options: Options) => {
    const { openHolderOf } = await import('./open.ts')
    const opened = await openHolderOf(name, options)
    const url = opened.place.api.url
    const { next, browser } = options.lost ? await again(opened.holder, url, options) : await renewed(name, url)
    if (next.credential === undefined) {
      const where = next.delivery === 'wallet' ? 'it goes to the company’s wallet' : 'it is in force already'
      print(options, next, [`version ${next.version} of the Account credential is ${next.status}: ${where}`])
      return
    }
    const { hash } = await keepAndShow(opened.holder, openAccess(url, browser), next.credential, next.receipt)
    const shown = { account: next.account, version: next.version, status: 'active', credential: hash }
    print(options, shown, [
      `version ${next.version} of the Account credential is in force; opem wallet sign-in ${name} signs in with it`,
    ])
  })
}

type Opened = Awaited<ReturnType<typeof import('./open.ts')['openHolderOf']>>['holder']

async function renewed(name: string, url: string) {
  if (!existsSync(sessionFile(name)))
    throw refusal(
      'ERR_SESSION_MISSING',
      `Nobody is signed in as ${name}: opem wallet sign-in ${name}; or opem wallet renew ${name} --lost.`,
    )
  const access = openAccess(url, undefined, await openCaller(readSettings(process.env).home, name))
  const next = await access.post<Version>('/v1/access/credential/renewals', undefined)
  return { next, browser: access.browser() }
}

async function again(holder: Opened, url: string, options: Options) {
  const shown = await choose(holder, ['IdentityCredential', 'RepresentativeCredential'], options.credential)
  const access = openAccess(url)
  const { challenge, audience } = await access.challenge('reissue')
  const jwt = await holder.present({ challenge, audience, operation: 'reissue', credentials: [shown.hash] })
  const next = await access.post<Version>('/v1/access/reissues', { presentation: { kind: 'vp-jwt', jwt } })
  return { next, browser: access.browser() }
}
