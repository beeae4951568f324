import { afterAll, beforeAll, describe } from 'vitest'
import { type BillingWorld, openBillingWorld } from '../../testing/billing-world.ts'
import { answersAtOnceSteps } from './answers-at-once.steps.ts'
import { floodSteps } from './floods.steps.ts'
import { hostileTextSteps } from './hostile-text.steps.ts'
import { revocableVoucherSteps } from './revocable-voucher.steps.ts'
import { serviceDoorSteps } from './service-door.steps.ts'

// One marketplace for all, as somebody finds it who means it no good.
let world: BillingWorld
beforeAll(async () => {
  world = await openBillingWorld({ environment: { OPEM_TRUSTED_PROXIES: '127.0.0.1' } })
}, 120_000)
afterAll(() => world?.close())

describe('answers that come together', () => answersAtOnceSteps(() => world))
describe('a flood of words', () => floodSteps(() => world))
describe('text that no store keeps', () => hostileTextSteps(() => world))
describe('a voucher of somebody who may be gone tomorrow', () => revocableVoucherSteps(() => world))
describe('the door to a service', () => serviceDoorSteps(() => world))
