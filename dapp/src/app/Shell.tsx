import { useEffect, useRef } from 'react'
import { NavLink, Outlet, useLocation } from 'react-router'
import { useConnection } from 'wagmi'
import { DEVELOPMENT_WALLET } from '../chain/development-wallet.ts'
import { Bell } from '../notifications/Bell.tsx'
import { EndedNotice } from '../session/EndedNotice.tsx'
import { SessionMenu } from '../session/SessionMenu.tsx'
import { Menu } from './Menu.tsx'
import { ThemeToggle } from './ThemeToggle.tsx'
import { WalletMenu } from './WalletMenu.tsx'
import { WalletNotes } from './WalletNotes.tsx'

/** The house around every page: skip link, navigation, wallet, theme, and the page itself. */
export function Shell() {
  const { pathname } = useLocation()
  const main = useRef<HTMLElement>(null)
  const first = useRef(true)
  // After a change of page, reading goes on at its start, not at the link that is gone.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is what changes
  useEffect(() => {
    if (first.current) {
      first.current = false
      return
    }
    main.current?.focus({ preventScroll: true })
    window.scrollTo(0, 0)
  }, [pathname])
  const { connector } = useConnection()
  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="top">
        <div className="top-in">
          <NavLink to="/" className="brand" aria-label="OPEM, open energy marketplace: home">
            <Mark />
            <span>OPEM</span>
          </NavLink>
          <Menu />
          <div className="top-tools">
            <Bell />
            <ThemeToggle />
            <WalletMenu />
            <SessionMenu />
          </div>
        </div>
      </header>
      {connector?.id === DEVELOPMENT_WALLET ? (
        <div className="banner" role="note">
          <strong>Development wallet: keys are public.</strong> Anybody can sign with this account. Never use it with
          anything of value.
        </div>
      ) : null}
      <WalletNotes />
      <main id="main" ref={main} tabIndex={-1}>
        <EndedNotice />
        <Outlet />
      </main>
      <footer className="foot">
        <p>Every hour of energy, shared in whole watt-hours, settled on chain, checked by anybody.</p>
        <p>Apache-2.0</p>
      </footer>
    </>
  )
}

/** Above the line what the community gave, below what it needed. */
const Mark = () => (
  <svg viewBox="0 0 26 26" width="26" height="26" aria-hidden="true">
    <g className="mark-up">
      <rect x="2" y="7" width="5" height="6" rx="1.2" />
      <rect x="10.5" y="1" width="5" height="12" rx="1.2" />
      <rect x="19" y="4" width="5" height="9" rx="1.2" />
    </g>
    <g className="mark-down">
      <rect x="2" y="14.5" width="5" height="4" rx="1.2" />
      <rect x="10.5" y="14.5" width="5" height="10" rx="1.2" />
      <rect x="19" y="14.5" width="5" height="7" rx="1.2" />
    </g>
  </svg>
)
