import { afterAll, beforeAll, describe } from 'vitest'
import { openServiceWorld, type ServiceWorld } from '../testing/service-world.ts'
import { expelSteps } from './listings/expel.steps.ts'
import { machineCallSteps } from './provisioning/machine-calls.steps.ts'
import { paidUseSteps } from './provisioning/paid-use.steps.ts'

// One marketplace for all: what opens it costs more than what is asked of it.
let world: ServiceWorld
beforeAll(async () => {
  world = await openServiceWorld()
}, 120_000)
afterAll(() => world?.close())

describe('use that is paid for', () => paidUseSteps(() => world))
describe('a machine that calls a service of its company', () => machineCallSteps(() => world))
describe('a listing that the governor expels', () => expelSteps(() => world))
