/** Where a customised service is, from the agreement to its end. */
export const INSTANCE_STATES = [
  'requested',
  'checking-data',
  'adapting',
  'ready',
  'running',
  'stopped',
  'ended',
  'revoked',
] as const
export type InstanceState = (typeof INSTANCE_STATES)[number]

export type InstanceStep = 'check' | 'adapt' | 'ready' | 'start' | 'stop' | 'end' | 'revoke'
export type InstanceActor = 'provider' | 'consumer' | 'operator' | 'clock'

interface StepRule {
  readonly from: readonly InstanceState[]
  readonly to: InstanceState
  readonly by: readonly InstanceActor[]
}

const BEFORE_READY = ['requested', 'checking-data', 'adapting'] as const
const ALIVE = ['requested', 'checking-data', 'adapting', 'ready', 'running', 'stopped'] as const

/** Who may bring an instance from where to where. What is not here is not possible. */
export const INSTANCE_STEPS: Readonly<Record<InstanceStep, StepRule>> = {
  check: { from: BEFORE_READY, to: 'checking-data', by: ['provider', 'consumer'] },
  adapt: { from: ['checking-data', 'adapting', 'ready', 'running', 'stopped'], to: 'adapting', by: ['provider'] },
  ready: { from: ['adapting'], to: 'ready', by: ['provider'] },
  start: { from: ['ready', 'stopped'], to: 'running', by: ['consumer', 'provider'] },
  stop: { from: ['running'], to: 'stopped', by: ['consumer', 'provider'] },
  end: { from: ALIVE, to: 'ended', by: ['clock'] },
  revoke: { from: ALIVE, to: 'revoked', by: ['operator'] },
}

/** Whether a step is possible now for somebody. Who stopped a service starts it again; the other side does not. */
export function mayStep(
  step: InstanceStep,
  by: InstanceActor,
  { state, stoppedBy }: { readonly state: InstanceState; readonly stoppedBy: InstanceActor | null },
): boolean {
  const rule = INSTANCE_STEPS[step]
  if (!rule.by.includes(by) || !rule.from.includes(state)) return false
  if (step === 'start' && state === 'stopped') return stoppedBy === by
  // Whoever ordered it begins to use it.
  if (step === 'start' && state === 'ready') return by === 'consumer'
  return true
}
