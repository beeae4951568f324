import type { AccountStatus, Decision } from '../api/accounts.ts'

export const STATUS_LOOK: Record<AccountStatus, string> = {
  pending: 'warn',
  active: 'good',
  suspended: 'warn',
  revoked: 'wrong',
}

/** What the operator can decide about an account in a status; revoked is for ever. */
export const decisionsIn = (status: AccountStatus): readonly Decision[] => {
  switch (status) {
    case 'active':
      return ['suspend', 'revoke']
    case 'suspended':
      return ['reinstate', 'revoke']
    case 'pending':
      return ['revoke']
    case 'revoked':
      return []
  }
}

/** What a decision does, said before it is made. */
export const CONSEQUENCES: Record<Decision, string> = {
  suspend: 'Every session of the account ends at once, and nobody signs in with it until it is reinstated.',
  reinstate: 'The account works again with the credential it had.',
  revoke: 'The account ends for ever: it can never be reinstated. Its sessions end at once.',
}
