/** One piece of a landing page. All text is plain text and is shown as such. */
export type LandingBlock =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  /** `digest` names a picture that was added to the listing; `alt` says what is on it to who does not see it. */
  | { readonly kind: 'picture'; readonly digest: string; readonly alt: string; readonly caption?: string }
  | {
      readonly kind: 'kpi'
      readonly label: string
      readonly value: string
      readonly unit?: string
      readonly note?: string
    }
  /** The price plans of the published document. */
  | { readonly kind: 'plans' }
  /** A way on: to the listing in the marketplace, or to a page of the provider's own. */
  | { readonly kind: 'call-to-action'; readonly text: string; readonly url?: string }

export type LandingBlockKind = LandingBlock['kind']

export const LANDING_BLOCK_KINDS = ['heading', 'text', 'picture', 'kpi', 'plans', 'call-to-action'] as const

/** Bytes of a picture. */
export const MOST_PICTURE_BYTES = 1_000_000
