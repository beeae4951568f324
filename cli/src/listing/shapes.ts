import type { Hex } from 'viem'

/** What the API says of an own listing, as far as commands read it (offchain-api, routes/market-shapes.ts). */
export interface Own {
  readonly listing: Hex
  readonly title: string | null
  readonly state: 'draft' | 'submitted' | 'rejected' | 'approved' | 'published'
  readonly version: number
  readonly chain: { readonly state: string; readonly version: number; readonly reason: string | null } | null
  readonly next: { readonly who: string; readonly what: string }
}

/** ISO 8601 on the wire. */
export interface Approval {
  readonly listing: Hex
  readonly provider: Hex
  readonly kind: number
  readonly version: number
  readonly content: Hex
  readonly providerContract: Hex
  readonly deadline: string
  readonly approver: Hex
  readonly signature: string
}

export interface Workbench extends Own {
  readonly revision: number
  readonly problems: readonly { readonly path: string; readonly message: string }[]
  readonly submissions: readonly {
    readonly reason: string | null
    readonly checks: readonly { readonly item: string; readonly ok: boolean; readonly reason: string | null }[] | null
    readonly approval: Approval | null
  }[]
  readonly providerContract: { readonly version: number; readonly digest: Hex }
}

export interface Review {
  readonly document: { readonly title?: string }
  readonly checklist: { readonly items: readonly { readonly id: string }[] }
  readonly toSign: Omit<Approval, 'approver' | 'signature'>
}

/** Whose a listing is, and who may use it. */
export interface Managed {
  readonly chain: Own['chain']
  readonly owner: { readonly address: Hex; readonly name: string }
  readonly offeredTo: { readonly address: Hex; readonly name: string | null } | null
  readonly policy: { readonly restricted: boolean }
  readonly access: readonly { readonly account: Hex; readonly did: string; readonly name: string | null }[]
}
