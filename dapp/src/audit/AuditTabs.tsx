import { NavLink } from 'react-router'

/** What can be audited. */
export const AuditTabs = () => (
  <nav className="audit-tabs row" aria-label="What to audit">
    <NavLink className="button" to="/audit" end>
      Communities
    </NavLink>
    <NavLink className="button" to="/audit/market">
      The market
    </NavLink>
  </nav>
)
