import type { Session } from '../api/access.ts'
import type { Need } from '../session/access.ts'
import { mayEnter } from '../session/access.ts'

/** A page that the menu leads to, and for whom it is: the same need as the page's own `For`. */
export interface Place {
  readonly to: string
  readonly label: string
  readonly need: Need
}

export interface Group {
  readonly name: string
  readonly places: readonly Place[]
}

/** Where one can go, by what one comes for. */
export const MENU: readonly Group[] = [
  {
    name: 'Communities',
    places: [
      { to: '/', label: 'Communities', need: { kind: 'session' } },
      { to: '/audit', label: 'Audit', need: { kind: 'session' } },
      { to: '/admin', label: 'Administration', need: { kind: 'session' } },
    ],
  },
  {
    name: 'Market',
    places: [
      { to: '/market', label: 'Market', need: { kind: 'capability', capability: 'search' } },
      {
        to: '/innovation',
        label: 'Open innovation',
        need: {
          kind: 'any-capability',
          capabilities: ['open-innovation-request', 'open-innovation-service-procurement'],
        },
      },
      {
        to: '/compositions',
        label: 'Compositions',
        need: {
          kind: 'any-capability',
          capabilities: ['service-composition-request', 'service-composition-procurement'],
        },
      },
    ],
  },
  {
    name: 'Agreements',
    places: [{ to: '/agreements', label: 'Agreements', need: { kind: 'capability', capability: 'contracting' } }],
  },
  {
    name: 'Provide',
    places: [
      {
        to: '/services',
        label: 'My services',
        need: { kind: 'any-capability', capabilities: ['publish', 'share-data'] },
      },
    ],
  },
  {
    name: 'Data',
    places: [
      { to: '/data/share', label: 'Share data', need: { kind: 'capability', capability: 'share-data' } },
      { to: '/data/mine', label: 'My data', need: { kind: 'capability', capability: 'access-data' } },
      { to: '/data/consents', label: 'My readings', need: { kind: 'session' } },
    ],
  },
  {
    name: 'Billing',
    places: [{ to: '/billing', label: 'Billing', need: { kind: 'capability', capability: 'billing' } }],
  },
  {
    name: 'Operate',
    places: [
      { to: '/company', label: 'Company', need: { kind: 'company-administrator' } },
      { to: '/review', label: 'Review', need: { kind: 'operator' } },
      { to: '/governance', label: 'Governance', need: { kind: 'operator' } },
      { to: '/accounts', label: 'Accounts', need: { kind: 'operator' } },
      { to: '/status', label: 'Status', need: { kind: 'session' } },
    ],
  },
]

/** What somebody sees of the menu: the places that are for them (D2.3 Table 5), in groups that have any. */
export const menuFor = (session: Session, menu: readonly Group[] = MENU): Group[] =>
  menu
    .map(({ name, places }) => ({ name, places: places.filter(({ need }) => mayEnter(need, session)) }))
    .filter(({ places }) => places.length > 0)

/** Without a session there is the welcome page and what it links. */
export const PUBLIC_PLACES: readonly Omit<Place, 'need'>[] = [
  { to: '/', label: 'Welcome' },
  { to: '/register', label: 'Register' },
  { to: '/credentials', label: 'My credentials' },
]

/** Whether a page is the place itself or lies below it. @example isAt('/accounts', '/accounts/0x1') // true */
export const isAt = (to: string, pathname: string): boolean =>
  to === '/' ? pathname === '/' : pathname === to || pathname.startsWith(`${to}/`)
