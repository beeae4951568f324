import type { NotificationKind } from '@opem/domain'
import { notificationKinds } from '@opem/domain'

const NAMES: Readonly<Record<string, string>> = {
  listing: 'Services and data on offer',
  rating: 'Services and data on offer',
  agreement: 'Agreements',
  service: 'Services in use',
  payment: 'Payments',
  invoice: 'Payments',
  funds: 'Payments',
  data: 'Shared data',
  innovation: 'Open innovation',
  composition: 'Compositions',
  account: 'Account',
}

/** Kinds by what they are about, in the order of the domain's own table. */
export function groupsOfKinds(): [name: string, kinds: NotificationKind[]][] {
  const groups = new Map<string, NotificationKind[]>()
  for (const kind of notificationKinds) {
    const name = NAMES[kind.split('-')[0] ?? ''] ?? 'Other'
    groups.set(name, [...(groups.get(name) ?? []), kind])
  }
  return [...groups]
}
