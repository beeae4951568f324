import { afterAll, beforeAll, describe } from 'vitest'
import { type BillingWorld, openBillingWorld } from '../../testing/billing-world.ts'
import { dueKillSteps } from './due/due-kill.steps.ts'
import { useKillSteps } from './invoice/use-kill.steps.ts'
import { creditNoteRouteSteps } from './routes/credit-note-routes.steps.ts'
import { invoiceRouteSteps } from './routes/invoice-routes.steps.ts'
import { paymentRouteSteps } from './routes/payment-routes.steps.ts'
import { purseRouteSteps } from './routes/purse-routes.steps.ts'
import { voucherRouteSteps } from './routes/voucher-routes.steps.ts'

// One marketplace for all: what opens it costs more than what is asked of it.
let world: BillingWorld
beforeAll(async () => {
  world = await openBillingWorld()
}, 120_000)
afterAll(() => world?.close())

describe('the purse', () => purseRouteSteps(() => world))
describe('a payment', () => paymentRouteSteps(() => world))
describe('a voucher', () => voucherRouteSteps(() => world))
describe('an invoice', () => invoiceRouteSteps(() => world))
describe('a credit note', () => creditNoteRouteSteps(() => world))
describe('instalments that are due', () => dueKillSteps(() => world))
describe('use that was claimed', () => useKillSteps(() => world))
