import { MARKET_ROLES } from '@opem/domain'
import type { Command } from 'commander'
import { refusal } from '../failure.ts'
import { withLock } from '../instance/lock.ts'
import { print } from '../print.ts'
import { openAccess } from './access.ts'
import { choose } from './choose.ts'
import { parseRoles, rolesIn } from './format.ts'
import { sessionFile } from './names.ts'
import type { WalletOptions } from './open.ts'
import { passphrase, place } from './options.ts'
import { type AskedReceipt, keepAndShow } from './receipt.ts'

interface SignedIn {
  readonly session: { readonly name: string; readonly account: string; readonly roles: readonly string[] }
  readonly accessToken?: string
  readonly refreshHandle?: string
}

interface Registered {
  readonly account: string
  readonly status: string
  readonly delivery: 'wallet' | 'response'
  readonly credential?: string
  readonly receipt?: AskedReceipt
}

/** `opem wallet register` and `sign-in`: at the door of the marketplace, with credentials. */
export function accessVerbs(wallet: Command): void {
  const signIn = wallet
    .command('sign-in')
    .summary('signs in to the marketplace')
    .description(
      'Presents the Representative or Account credential under a challenge; the tokens go to a file of mode 600 and are never printed.',
    )
    .argument('<name>', 'a wallet')
    .option('--credential <id>', 'which credential to present, when the wallet holds several')
    .option('--json', 'one JSON object for machines')
  place(passphrase(signIn)).action(async (name: string, options: WalletOptions & { credential?: string }) => {
    const { openHolderOf } = await import('./open.ts')
    const { writePrivate } = await import('@opem/ssi/wallet')
    const { lockOf } = await import('../instance/session.ts')
    const { holder, place: where } = await openHolderOf(name, options)
    const credential = await choose(holder, ['RepresentativeCredential', 'AccountCredential'], options.credential)
    const access = openAccess(where.api.url)
    const { challenge, audience } = await access.challenge('sign-in')
    const jwt = await holder.present({ challenge, audience, operation: 'sign-in', credentials: [credential.hash] })
    const answer = await access.post<SignedIn>('/v1/access/sign-ins', {
      presentation: { kind: 'vp-jwt', jwt },
      tokens: 'body',
    })
    const path = sessionFile(name)
    await withLock(lockOf(path), () =>
      writePrivate(path, { version: 1, api: where.api.url, browser: access.browser() ?? null, ...answer }),
    )
    const { session } = answer
    print(options, { session, path }, [`${session.name} is signed in as ${rolesIn(session.roles)}: ${path}`])
  })

  const register = wallet
    .command('register')
    .summary('registers a company or a citizen')
    .description(
      "Applies for an account. A company: with its administrator's wallet; the Account credential goes to the company's own wallet. A citizen: with an Identity credential; the Account credential comes back at once.",
    )
    .argument('<name>', 'a wallet')
    .requiredOption('--kind <kind>', 'company or citizen')
    .requiredOption('--roles <list>', `some of ${MARKET_ROLES.join(', ')}, with commas`)
    .option('--accept-terms <version>', 'version of the terms that you accept (GET /v1/access/terms)')
    .option('--credential <id>', 'which credential to present, when the wallet holds several')
    .option('--json', 'one JSON object for machines')
  place(passphrase(register)).action(async (name: string, options: WalletOptions & RegisterOptions) => {
    const { openHolderOf } = await import('./open.ts')
    const { kind, acceptTerms: terms } = options
    if (kind !== 'company' && kind !== 'citizen') {
      throw refusal('ERR_KIND', `--kind is "${kind}": give company or citizen.`)
    }
    if (terms === undefined) {
      throw refusal(
        'ERR_TERMS',
        'Nobody registers without the terms: read GET /v1/access/terms, then --accept-terms 1.',
      )
    }
    const roles = parseRoles(options.roles, MARKET_ROLES)
    const { holder, place: where } = await openHolderOf(name, options)
    const type = kind === 'company' ? 'RepresentativeCredential' : 'IdentityCredential'
    const credential = await choose(holder, [type], options.credential)
    const access = openAccess(where.api.url)
    const operation = `register-${kind}` as const
    const { challenge, audience } = await access.challenge(operation)
    const jwt = await holder.present({ challenge, audience, operation, credentials: [credential.hash] })
    const presentation = { kind: 'vp-jwt', jwt }
    const opened = await access.post<Registered>('/v1/access/registrations', { kind, roles, terms, presentation })
    if (opened.credential === undefined || opened.receipt === undefined) {
      print(options, { account: opened.account, status: opened.status, delivery: opened.delivery }, [
        `account ${opened.account} is ${opened.status}: the Account credential goes to the company's wallet`,
      ])
      return
    }
    const { hash, account } = await keepAndShow(holder, access, opened.credential, opened.receipt)
    const active = { account, status: 'active' }
    print(options, { ...active, credential: hash }, [`account ${active.account} is ${active.status}`])
  })
}

interface RegisterOptions {
  readonly kind: string
  readonly roles: string
  readonly acceptTerms?: string
  readonly credential?: string
}
