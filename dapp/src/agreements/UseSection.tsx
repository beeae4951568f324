import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ShownAgreement } from '../api/agreements.ts'
import { callService, type Instance, makeKey } from '../api/instances.ts'
import { Button } from '../parts/Button.tsx'
import { Copy } from '../parts/Copy.tsx'
import { Facts } from '../parts/Facts.tsx'
import { Notice } from '../parts/Notice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { Refusal } from '../presentation/Refusal.tsx'
import { ChainSection } from './ChainSection.tsx'
import { StartStop } from './ProvideSection.tsx'
import { whenText } from './words.ts'

const WAITS: Partial<Record<Instance['state'], string>> = {
  requested: 'The provider was told and prepares the service.',
  'checking-data': 'The provider looks whether the data is there.',
  adapting: 'The provider adapts the service to what you chose.',
  ready: 'The service is ready. Start it and take over the access.',
}

/** A service for its user: how far it is, how it is reached, the key, and a first call. */
export function UseSection({ it, instance }: { it: ShownAgreement; instance: Instance }) {
  const { state, service } = instance
  const handedOver = ['ready', 'running', 'stopped'].includes(state)
  return (
    <section className="panel stack" aria-labelledby="use">
      <h2 id="use">
        Your service <span className="badge">{state.replace('-', ' ')}</span>
      </h2>
      {WAITS[state] === undefined ? null : <p role="status">{WAITS[state]}</p>}
      {handedOver ? (
        <Facts
          of={[
            [
              'Call it at',
              <Copy
                key="url"
                text={`${window.location.origin}${instance.gateway}${instance.chain === null ? '/' : ''}`}
                label="address of the service"
              />,
            ],
            ...(service?.documentation === undefined
              ? []
              : [
                  [
                    'Documentation',
                    <a key="doc" href={service.documentation} rel="noreferrer" target="_blank">
                      {service.documentation}
                    </a>,
                  ] as const,
                ]),
            ...(service?.notes === undefined ? [] : [['From the provider', service.notes] as const]),
            ...(instance.notes === '' ? [] : [['Adapted', instance.notes] as const]),
          ]}
        />
      ) : null}
      <StartStop id={it.id} instance={instance} side="consumer" />
      {handedOver ? <AccessKey id={it.id} instance={instance} /> : null}
      {instance.chain === null ? (
        state === 'running' ? (
          <TryIt id={it.id} gateway={instance.gateway} />
        ) : null
      ) : (
        <ChainSection id={it.id} instance={instance} chain={instance.chain} />
      )}
    </section>
  )
}

function AccessKey({ id, instance }: { id: string; instance: Instance }) {
  const queries = useQueryClient()
  const make = useMutation({
    mutationFn: () => makeKey(id),
    onSettled: () => queries.invalidateQueries({ queryKey: ['instance', id] }),
  })
  const verb = instance.hasKey ? 'Make another access key' : 'Make the access key'
  return (
    <>
      <p className="soft small">
        Programs call the service with an access key.{' '}
        {instance.keyMadeAt === null
          ? 'There is none yet.'
          : `One was made at ${whenText(instance.keyMadeAt)}; another takes its place.`}
      </p>
      <p>
        <Button isDisabled={make.isPending} onPress={() => make.mutate()}>
          {verb}
        </Button>
      </p>
      {make.data === undefined ? null : (
        <Notice tone="warn" title="Your access key, shown this once">
          <Copy text={make.data.key} label="access key" />
          <p>Keep it where programs keep secrets. It goes into the header “Authorization: Bearer …”.</p>
        </Notice>
      )}
      {make.error === null ? null : <Refusal error={make.error} title="No key was made" />}
    </>
  )
}

function TryIt({ id, gateway }: { id: string; gateway: string }) {
  const [path, setPath] = useState('')
  const queries = useQueryClient()
  const call = useMutation({
    mutationFn: () => callService(gateway, path),
    onSettled: () =>
      queries.invalidateQueries({
        predicate: ({ queryKey }) => ['instance', 'service-usage'].includes(String(queryKey[0])) && queryKey[1] === id,
      }),
  })
  return (
    <div className="stack">
      <TextInput
        label="Path to ask"
        hint="As the documentation says. A call is counted."
        value={path}
        onChange={setPath}
        placeholder="day?from=2026-12-01"
      />
      <p>
        <Button isDisabled={call.isPending} onPress={() => call.mutate()}>
          Call the service
        </Button>
      </p>
      {call.data === undefined ? null : (
        <figure aria-label="Answer of the service">
          <figcaption className="small soft">
            Status {call.data.status}, counted as {call.data.units}.
          </figcaption>
          <pre className="answer">{call.data.text}</pre>
        </figure>
      )}
      {call.error === null ? null : <Refusal error={call.error} title="No answer" />}
    </div>
  )
}
