import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ShownAgreement } from '../api/agreements.ts'
import { adapt, type Instance, markReady, startService, stopService } from '../api/instances.ts'
import { Button } from '../parts/Button.tsx'
import { Facts } from '../parts/Facts.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { Refusal } from '../presentation/Refusal.tsx'

/** `name=value` lines as configuration. @throws a sentence when a line is none */
export function configurationOf(text: string): Record<string, string> {
  const lines = text
    .split(',')
    .map((line) => line.trim())
    .filter(Boolean)
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=')
      if (at < 1) throw new Error(`“${line}” is no setting: write name=value, with commas between settings.`)
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()]
    }),
  )
}

/** What a provider does with an order: adapt the service, mark it ready, stop and start it. */
export function ProvideSection({ it, instance }: { it: ShownAgreement; instance: Instance }) {
  const { state } = instance
  const canAdapt = ['checking-data', 'adapting', 'ready', 'running', 'stopped'].includes(state)
  return (
    <section className="panel stack" aria-labelledby="provide">
      <h2 id="provide">
        Provide the service <span className="badge">{state.replace('-', ' ')}</span>
      </h2>
      <Facts
        of={[
          ...(it.document?.parameters ?? []).map(
            ({ label, value, unit }) => [label, unit === undefined ? value : `${value} ${unit}`] as const,
          ),
          ...(instance.notes === '' ? [] : [['Your notes', instance.notes] as const]),
          ...Object.entries(instance.configuration).map(([name, value]) => [`Setting ${name}`, value] as const),
        ]}
      />
      {state === 'requested' ? <p>First check the data that the service needs.</p> : null}
      {state === 'adapting' ? <ReadyForm id={it.id} instance={instance} /> : null}
      {state === 'ready' ? <p role="status">The user was told, and starts it.</p> : null}
      {canAdapt ? (
        state === 'checking-data' ? (
          <AdaptForm id={it.id} />
        ) : (
          <details>
            <summary>Adapt it again</summary>
            <AdaptForm id={it.id} />
          </details>
        )
      ) : null}
      <StartStop id={it.id} instance={instance} side="provider" />
    </section>
  )
}

const useInstanceStep = (id: string) => {
  const queries = useQueryClient()
  return { onSettled: () => queries.invalidateQueries({ queryKey: ['instance', id] }) }
}

function AdaptForm({ id }: { id: string }) {
  const [notes, setNotes] = useState('')
  const [settings, setSettings] = useState('')
  const send = useMutation({
    mutationFn: async () => adapt(id, { notes: notes.trim(), configuration: configurationOf(settings) }),
    ...useInstanceStep(id),
  })
  return (
    <div className="stack">
      <TextInput label="Notes for the user" value={notes} onChange={setNotes} />
      <TextInput
        label="Settings"
        hint="name=value, with commas between. They go with every call, beside what the user chose."
        value={settings}
        onChange={setSettings}
      />
      <p>
        <Button look="main" isDisabled={send.isPending} onPress={() => send.mutate()}>
          Save the adaptation
        </Button>
      </p>
      {send.error === null ? null : <Refusal error={send.error} title="Not saved" />}
    </div>
  )
}

function ReadyForm({ id, instance }: { id: string; instance: Instance }) {
  const [baseUrl, setBaseUrl] = useState(instance.service?.baseUrl ?? '')
  const [documentation, setDocumentation] = useState(instance.service?.documentation ?? '')
  const [notes, setNotes] = useState(instance.service?.notes ?? '')
  const send = useMutation({
    mutationFn: () =>
      markReady(id, {
        ...(baseUrl.trim() === '' ? {} : { baseUrl: baseUrl.trim() }),
        ...(documentation.trim() === '' ? {} : { documentation: documentation.trim() }),
        ...(notes.trim() === '' ? {} : { notes: notes.trim() }),
      }),
    ...useInstanceStep(id),
  })
  return (
    <div className="stack">
      {instance.chain === null ? (
        <TextInput
          label="Address of the service"
          hint="Left empty: the listing’s. Users call it through the marketplace."
          value={baseUrl}
          onChange={setBaseUrl}
        />
      ) : (
        <p className="soft">
          The marketplace runs the chain: {instance.chain.map(({ title }) => title).join(', then ')}. Each of them has
          to run for you.
        </p>
      )}
      <TextInput
        label="Documentation"
        hint="An address that the user reads."
        value={documentation}
        onChange={setDocumentation}
      />
      <TextInput label="What the user needs besides" value={notes} onChange={setNotes} />
      <p>
        <Button look="main" isDisabled={send.isPending} onPress={() => send.mutate()}>
          Mark it ready
        </Button>
      </p>
      {send.error === null ? null : <Refusal error={send.error} title="Not marked ready" />}
    </div>
  )
}

/** Stopping and starting, for either side: who stopped it starts it. */
export function StartStop({
  id,
  instance,
  side,
  of = 'service',
}: {
  id: string
  instance: Instance
  side: 'consumer' | 'provider'
  of?: 'service' | 'data'
}) {
  const [reason, setReason] = useState('')
  const step = useInstanceStep(id)
  const stop = useMutation({ mutationFn: () => stopService(id, reason.trim()), ...step })
  const start = useMutation({ mutationFn: () => startService(id), ...step })
  const { state, stoppedBy } = instance
  const error = stop.error ?? start.error
  return (
    <>
      {state === 'running' ? (
        <details>
          <summary>Stop the {of}</summary>
          <div className="stack">
            <TextInput
              label={of === 'data' ? 'Why they are stopped' : 'Why it is stopped'}
              value={reason}
              onChange={setReason}
            />
            <p>
              <Button isDisabled={stop.isPending} onPress={() => stop.mutate()}>
                Stop the {of}
              </Button>
            </p>
          </div>
        </details>
      ) : null}
      {state === 'stopped' && stoppedBy !== side ? (
        <p role="status">
          The {stoppedBy === 'consumer' ? 'user' : stoppedBy} stopped {of === 'data' ? 'them' : 'it'}
          {instance.reason === null ? '' : `: ${instance.reason}`}.
        </p>
      ) : null}
      {(state === 'stopped' && stoppedBy === side) || (state === 'ready' && side === 'consumer') ? (
        <p>
          <Button look="main" isDisabled={start.isPending} onPress={() => start.mutate()}>
            Start the {of}
          </Button>
        </p>
      ) : null}
      {error === null ? null : <Refusal error={error} title="Not changed" />}
    </>
  )
}
