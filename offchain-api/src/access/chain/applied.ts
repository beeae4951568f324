import type { OperationalStore } from '../../operational/store.ts'
import type { Fate } from '../../outbox/outbox.ts'
import { changeStatus, lockAccount, readAccount } from '../accounts/accounts.ts'
import { abandonCredential, activateCredential } from '../contract/credentials.ts'
import { noteActivation } from '../receipt/receipts.ts'
import { endSessionsOfAccount } from '../session/sessions.ts'
import type { StoredCall } from './calls.ts'

/** What follows in the store from what the chain said, in the transaction that closes the call. */
export const applied =
  (now: () => number) =>
  async (rows: OperationalStore['rows'], { account, call }: StoredCall, fate: Fate): Promise<void> => {
    await lockAccount(rows, account)
    if (fate.status === 'done') return done(rows, account, call, now())
    switch (call.kind) {
      case 'open':
        // Nothing was opened, so nothing waits here either; the refusal says why.
        await rows(`DELETE FROM accounts WHERE account = $1 AND status = 'pending' AND credential_hash = $2`, [
          account,
          call.credentialHash,
        ])
        return
      case 'activate':
      case 'renew':
        await abandonCredential(rows, account, call.credentialHash, fate.why)
        return
      default: // the store keeps what the operator decided; the outbox has logged that the chain disagrees
    }
  }

async function done(rows: OperationalStore['rows'], account: string, call: StoredCall['call'], now: number) {
  switch (call.kind) {
    case 'activate':
    case 'renew': {
      const active = await activateCredential(rows, account, call.credentialHash)
      if (!active) return
      if ((await readAccount(rows, account))?.status === 'pending')
        await changeStatus(rows, { account, from: ['pending'], to: 'active', reason: null })
      await rows('UPDATE accounts SET version = $2, credential_hash = $3 WHERE account = $1 AND version <= $2', [
        account,
        active.version,
        active.hash,
      ])
      await noteActivation(rows, { account, version: active.version, hash: active.hash, now })
      const because = `version ${active.version} of the Account credential is in force`
      await endSessionsOfAccount(rows, { account, now, because, olderThan: active.version })
      return
    }
    case 'reinstate':
      await changeStatus(rows, { account, from: ['suspended'], to: 'active', reason: null })
      return
    case 'open':
    case 'suspend':
    case 'revoke':
    case 'change-roles':
      return
    default:
      return call satisfies never
  }
}
