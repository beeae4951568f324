import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Managed, Policy } from '../../api/manage.ts'
import { changePolicy, managedQuery } from '../../api/manage.ts'
import { Button, firstMissing } from '../../parts/Button.tsx'
import { Checks } from '../../parts/Checks.tsx'
import { TextBox } from '../../parts/TextBox.tsx'
import { TextInput } from '../../parts/TextInput.tsx'
import { Refusal } from '../../presentation/Refusal.tsx'

const WAYS = [
  { id: 'token', name: 'Access token', hint: 'of who signed in' },
  { id: 'signature', name: 'Signed request', hint: 'RFC 9421, by a system’s key' },
  { id: 'mtls', name: 'Client certificate', hint: 'mutual TLS' },
] as const

/** How requests of its users come to the service: the gateway enforces it. */
export function PolicySection({ managed: { listing, policy } }: { managed: Managed }) {
  const queries = useQueryClient()
  const [ways, setWays] = useState<Policy['authentication']>(policy.authentication)
  const [ranges, setRanges] = useState(policy.addressRanges.join('\n'))
  const [rate, setRate] = useState(String(policy.requestsPerMinute))
  const perMinute = /^[1-9]\d{0,4}$/.test(rate) && Number(rate) <= 60_000 ? Number(rate) : undefined
  const save = useMutation({
    mutationFn: () =>
      changePolicy(listing, {
        ...policy,
        authentication: ways,
        addressRanges: ranges.split(/\s+/).filter((one) => one !== ''),
        requestsPerMinute: perMinute!,
      }),
    onSuccess: (next) => queries.setQueryData(managedQuery(listing).queryKey, next),
  })
  return (
    <section className="panel" aria-labelledby="policy">
      <h2 id="policy">Security policy</h2>
      <Checks label="Users show who they are by" options={WAYS} value={ways} onChange={setWays} />
      <TextBox
        label="Addresses they come from"
        hint="One range on each line, like 192.0.2.0/24 or 2001:db8::/32. None: from everywhere."
        rows={3}
        value={ranges}
        onChange={setRanges}
      />
      <TextInput
        label="Requests a minute"
        hint="Of one agreement"
        inputMode="numeric"
        value={rate}
        onChange={setRate}
        problem={perMinute === undefined ? 'A whole number from 1 to 60000.' : undefined}
      />
      <p>
        <Button
          look="main"
          missing={firstMissing(
            [ways.length === 0, 'Choose at least one way in which users show who they are.'],
            [perMinute === undefined, 'Give the requests a minute as a whole number from 1 to 60000.'],
          )}
          isDisabled={save.isPending}
          onPress={() => save.mutate()}
        >
          Put the policy in force
        </Button>
      </p>
      <p role="status">
        {policy.revision > 0
          ? `Policy ${policy.revision} is in force.`
          : 'No policy was set yet: the usual one is in force.'}
      </p>
      {save.error === null ? null : <Refusal error={save.error} title="Not changed" />}
    </section>
  )
}
