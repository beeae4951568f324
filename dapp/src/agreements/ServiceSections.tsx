import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ShownAgreement } from '../api/agreements.ts'
import { checkData, type Instance, instanceQuery } from '../api/instances.ts'
import { Button } from '../parts/Button.tsx'
import { Notice, ReadProblem, Waiting } from '../parts/Notice.tsx'
import { Refusal } from '../presentation/Refusal.tsx'
import { DataCheckShown } from './DataCheckShown.tsx'
import { HeldDataSection } from './HeldDataSection.tsx'
import { ProvideSection } from './ProvideSection.tsx'
import { UsageSection } from './UsageSection.tsx'
import { UseSection } from './UseSection.tsx'

/** The service under an agreement, as its user and as its provider see it. */
export function ServiceSections({ it }: { it: ShownAgreement }) {
  const instance = useQuery(instanceQuery(it.id))
  if (instance.error) return <ReadProblem error={instance.error} retry={() => instance.refetch()} />
  if (instance.data === undefined) return <Waiting what="the service" />
  const { state, service } = instance.data
  // Nothing was prepared for it, and it runs: the marketplace holds the data itself.
  const held = it.document?.policy !== undefined && service === null && ['running', 'stopped'].includes(state)
  const over = it.stage === 'ended' || ['ended', 'revoked'].includes(state)
  return (
    <>
      {state === 'revoked' && it.stage !== 'ended' ? (
        <Notice tone="warn" title="The operator took this service away">
          <p>
            {instance.data.reason ?? 'No reason was given.'} It answers no calls any more. The agreement goes on until
            somebody ends it, and what is due under it is still paid: end it below when nothing more is to come.
          </p>
        </Notice>
      ) : null}
      {over || held ? null : <DataSection it={it} instance={instance.data} />}
      {over ? null : held ? (
        <HeldDataSection it={it} instance={instance.data} />
      ) : it.side === 'provider' ? (
        <ProvideSection it={it} instance={instance.data} />
      ) : (
        <UseSection it={it} instance={instance.data} />
      )}
      <UsageSection id={it.id} unit={it.document?.plan.unit ?? 'units'} />
    </>
  )
}

const BEFORE = ['requested', 'checking-data', 'adapting']
const DAYS = 30

function DataSection({ it, instance }: { it: ShownAgreement; instance: Instance }) {
  const queries = useQueryClient()
  const check = useMutation({
    mutationFn: () => checkData(it.id, DAYS),
    onSettled: () => queries.invalidateQueries({ queryKey: ['instance', it.id] }),
  })
  const open = BEFORE.includes(instance.state)
  if (!open && instance.dataCheck === null) return null
  return (
    <section className="panel stack" aria-labelledby="data">
      <h2 id="data">Data the service needs</h2>
      {instance.dataCheck === null ? (
        <p className="soft">Nobody has looked yet whether it is there.</p>
      ) : (
        <DataCheckShown check={instance.dataCheck} />
      )}
      {open ? (
        <p>
          <Button isDisabled={check.isPending} onPress={() => check.mutate()}>
            {instance.dataCheck === null ? 'Check the data' : 'Check again'}
          </Button>
        </p>
      ) : null}
      {check.error === null ? null : <Refusal error={check.error} title="Not checked" />}
    </section>
  )
}
