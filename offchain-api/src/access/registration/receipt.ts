import type { Hex } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import type { AccessParts } from '../access.ts'
import { lockAccount, readAccount } from '../accounts/accounts.ts'
import { writeCall } from '../chain/calls.ts'
import { credentialOfHash, pendingCredential } from '../contract/credentials.ts'
import { credentialOf, takePresentation } from '../presentation/take-presentation.ts'
import type { GivenProof } from '../proof.ts'
import { CHAIN_WAIT_MS, toldToChain } from './open-account.ts'

/**
 * The holder shows that the Account credential has arrived: version 1 activates the account, a later version takes the
 * place of the one before, on the chain first and then here. The same receipt again is no error.
 * @param operation `receipt`, or `contract` for a holder who confirms a contract by it
 * @throws Refusal ERR_RECEIPT_UNKNOWN, ERR_RECEIPT_EXPIRED and those of the presentation
 */
export async function takeReceipt(
  parts: AccessParts,
  it: { presentation: GivenProof; browser: string | undefined; operation?: 'receipt' | 'contract' },
): Promise<{ account: Hex }> {
  const { store, outbox, now } = parts
  const taken = await takePresentation(parts, it.presentation, {
    ...{ browser: it.browser, operation: it.operation ?? 'receipt' },
    // An EU wallet holds no VC-JWT; the key to which its identity is bound answers for the account's.
    accepts: [[it.presentation.kind === 'openid4vp' ? 'IdentityCredential' : 'AccountCredential']],
  })
  const { hash, subject } = credentialOf(taken, 'AccountCredential') ?? (await waitingFor(parts, taken.holder))
  const credential = await credentialOfHash(store.rows, hash)
  const account = credential && (await readAccount(store.rows, credential.account))
  // The verifier has seen that the subject is the holder; the account must be theirs, and the challenge for it.
  if (!credential || !account || account.did !== subject || (taken.account ?? account.account) !== account.account)
    throw unknown()
  const { version, previous } = credential
  if (credential.status === 'active') return { account: account.account }
  if (credential.status !== 'pending') throw unknown()

  const id = await store.transaction(async (rows) => {
    await lockAccount(rows, account.account)
    const pending = await credentialOfHash(rows, hash)
    if (pending?.status === 'active') return undefined
    if (pending?.status !== 'pending') throw unknown()
    if (pending.pendingUntil <= now())
      throw new Refusal(
        422,
        'ERR_RECEIPT_EXPIRED',
        'the credential waited too long for its receipt; apply for it again',
      )
    return writeCall(
      rows,
      account.account,
      previous === null
        ? { kind: 'activate', version, credentialHash: hash }
        : { kind: 'renew', version, previousHash: previous, credentialHash: hash },
      now(),
    )
  })
  if (id !== undefined) toldToChain(await outbox.settle(id, CHAIN_WAIT_MS))
  return { account: account.account }
}

async function waitingFor({ store, identity }: AccessParts, did: string): Promise<{ hash: Hex; subject: string }> {
  const waiting = await pendingCredential(store.rows, (await identity()).accountIdOf(did))
  if (!waiting) throw unknown()
  return { hash: waiting.hash, subject: did }
}

const unknown = () =>
  new Refusal(
    422,
    'ERR_RECEIPT_UNKNOWN',
    'no account of this holder waits for the receipt of this credential; present the one that was issued last',
  )
