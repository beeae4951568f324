import { type Hex, rolesOfBits } from '@opem/domain'
import type { MarketEvent, Reaction, Rows } from '../follower/reaction.ts'
import { notify } from '../notifications/notify.ts'

type Event = MarketEvent<'AccountRegistry'>

/** Of what is older nobody needs to hear when a marketplace begins to follow its accounts. Seconds. */
const RECENT = 7 * 86_400

/** An account hears when it was suspended, reinstated or revoked, or has other roles: at once or after an announcement. */
export const followAccounts: Reaction<'AccountRegistry'> = {
  name: 'accounts',
  contract: 'AccountRegistry',
  async apply(event, rows, { first }) {
    const words = wordsOf(event)
    if (words === undefined || !first || event.time + RECENT < Date.now() / 1000) return
    const { account } = event.args as { account: Hex }
    const text = `${words.text}${await reasonOf(rows, account, event)}`
    await notify(rows, {
      ...{ account, kind: 'account-changed', about: { account }, words: { ...words, text }, link: '/credentials' },
    })
  },
  async forget() {
    // It fills no table.
  },
}

function wordsOf(event: Event): { title: string; text: string } | undefined {
  switch (event.name) {
    case 'AccountSuspended':
      return {
        title: 'Your account was suspended',
        text: 'The operator suspended it: nobody signs in with it until it is reinstated.',
      }
    case 'AccountReinstated':
      return { title: 'Your account was reinstated', text: 'You can sign in with it again.' }
    case 'AccountRevoked':
      return {
        title: 'Your account was revoked',
        text: 'The operator revoked it for ever: nobody signs in with it any more.',
      }
    case 'AccountRolesChanged':
      return {
        title: 'Your account has other roles',
        text: `They are now: ${rolesOfBits(event.args.current).join(', ') || 'none'}.`,
      }
    default: // of registration and renewal, which the account does itself; of the proxy
      return undefined
  }
}

/** The operator's words, where the decision was made on the operator's page; the chain holds none. */
async function reasonOf(rows: Rows, account: Hex, { name }: Event): Promise<string> {
  if (name !== 'AccountSuspended' && name !== 'AccountRevoked') return ''
  const [known] = await rows<{ reason: string | null }>('SELECT reason FROM accounts WHERE account = $1', [account])
  return known?.reason ? ` Reason: ${known.reason}` : ''
}
