import { Bytes, ethereum } from '@graphprotocol/graph-ts'
import {
  AccountActivated,
  AccountOpened,
  AccountReinstated,
  AccountRenewed,
  AccountRevoked,
  AccountRolesChanged,
  AccountSuspended,
} from '../generated/AccountRegistry/AccountRegistry'
import { Account, AccountCredential, AccountEvent } from '../generated/schema'
import { credentialVersionId, eventId } from './ids'

const KINDS: string[] = ['COMPANY', 'CITIZEN', 'MACHINE']

export function handleAccountOpened(event: AccountOpened): void {
  const expired = Account.load(event.params.account)
  const account = expired === null ? new Account(event.params.account) : expired
  const entry = record(event, event.params.account, 'OPENED')
  entry.previousRoles = 0
  if (expired !== null) {
    entry.previousStatus = expired.status
    entry.previousRoles = expired.roles
    entry.previousHash = expired.credentialHash
  }
  account.status = 'PENDING'
  account.kind = KINDS[event.params.kind]
  account.roles = event.params.roles
  account.version = event.params.version.toI32()
  account.credentialHash = event.params.credentialHash
  account.pendingUntil = event.params.pendingUntil
  account.openedAt = event.block.timestamp
  save(event, account, entry)
}

export function handleAccountActivated(event: AccountActivated): void {
  const account = Account.load(event.params.account)!
  const entry = recordOf(event, account, 'ACTIVATED')
  account.status = 'ACTIVE'
  account.pendingUntil = null
  account.activatedAt = event.block.timestamp
  save(event, account, entry)
  keepCredential(event, account, null)
}

export function handleAccountRenewed(event: AccountRenewed): void {
  const account = Account.load(event.params.account)!
  const superseded = AccountCredential.load(credentialVersionId(account.id, account.version))!
  superseded.supersededAt = event.block.timestamp
  superseded.save()
  const entry = recordOf(event, account, 'RENEWED')
  account.version = event.params.version.toI32()
  account.credentialHash = event.params.credentialHash
  save(event, account, entry)
  keepCredential(event, account, event.params.previousHash)
}

export function handleAccountSuspended(event: AccountSuspended): void {
  changeStatus(event, event.params.account, 'SUSPENDED', 'SUSPENDED')
}

export function handleAccountReinstated(event: AccountReinstated): void {
  changeStatus(event, event.params.account, 'REINSTATED', 'ACTIVE')
}

export function handleAccountRevoked(event: AccountRevoked): void {
  changeStatus(event, event.params.account, 'REVOKED', 'REVOKED')
}

export function handleAccountRolesChanged(event: AccountRolesChanged): void {
  const account = Account.load(event.params.account)!
  const entry = recordOf(event, account, 'ROLES_CHANGED')
  account.roles = event.params.current
  save(event, account, entry)
}

function changeStatus(event: ethereum.Event, id: Bytes, kind: string, status: string): void {
  const account = Account.load(id)!
  const entry = recordOf(event, account, kind)
  account.status = status
  account.pendingUntil = null
  save(event, account, entry)
}

function keepCredential(event: ethereum.Event, account: Account, previousHash: Bytes | null): void {
  const credential = new AccountCredential(credentialVersionId(account.id, account.version))
  credential.account = account.id
  credential.version = account.version
  credential.credentialHash = account.credentialHash
  credential.previousHash = previousHash
  credential.from = event.block.timestamp
  credential.transaction = event.transaction.hash
  credential.save()
}

/** A new entry that knows what was before; `save` adds what is after. */
function recordOf(event: ethereum.Event, account: Account, kind: string): AccountEvent {
  const entry = record(event, account.id, kind)
  entry.previousStatus = account.status
  entry.previousRoles = account.roles
  entry.previousHash = account.credentialHash
  return entry
}

function record(event: ethereum.Event, account: Bytes, kind: string): AccountEvent {
  const entry = new AccountEvent(eventId(event))
  entry.account = account
  entry.kind = kind
  entry.timestamp = event.block.timestamp
  entry.block = event.block.number
  entry.transaction = event.transaction.hash
  return entry
}

function save(event: ethereum.Event, account: Account, entry: AccountEvent): void {
  account.updatedAt = event.block.timestamp
  account.save()
  entry.status = account.status
  entry.roles = account.roles
  entry.version = account.version
  entry.credentialHash = account.credentialHash
  entry.save()
}
