import type { MarketRole } from '@opem/domain'
import { Checks } from '../parts/Checks.tsx'

/** What each role is for, in the words of D2.3 Table 5. */
export const ROLE_OPTIONS: readonly { id: MarketRole; name: string; hint: string }[] = [
  { id: 'service-user', name: 'Service user', hint: 'uses services, asks for new ones' },
  { id: 'service-provider', name: 'Service provider', hint: 'publishes and advertises services, offers to build them' },
  { id: 'data-user', name: 'Data user', hint: 'accesses data that others share' },
  { id: 'data-provider', name: 'Data provider', hint: 'shares data, for instance of meters' },
]

/** The roles that an account is applied for. */
export const RoleChoice = ({
  value,
  onChange,
}: {
  value: readonly MarketRole[]
  onChange: (next: MarketRole[]) => void
}) => (
  <Checks
    label="Roles"
    hint="At least one. The marketplace’s operator can change them later."
    options={ROLE_OPTIONS}
    value={value}
    onChange={onChange}
  />
)
