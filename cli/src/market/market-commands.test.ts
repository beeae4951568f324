import { afterAll, beforeAll, describe } from 'vitest'
import { type CommandLine, openCommandLine } from '../testing/command-line.ts'
import { agreementCommands } from '../testing/market-commands/agreement.ts'
import { billingCommands } from '../testing/market-commands/billing.ts'
import { compositionCommands } from '../testing/market-commands/composition.ts'
import { dataCommands } from '../testing/market-commands/data.ts'
import { innovationCommands } from '../testing/market-commands/innovation.ts'
import { listingCommands } from '../testing/market-commands/listing.ts'

// One marketplace for all: what opens it costs more than what is asked of it.
let line: CommandLine
beforeAll(async () => {
  line = await openCommandLine()
}, 120_000)
afterAll(() => line?.close())

describe('opem listing', () => listingCommands(() => line))
describe('opem agreement', () => agreementCommands(() => line))
describe('opem billing', () => billingCommands(() => line))
describe('opem innovation', () => innovationCommands(() => line))
describe('opem composition', () => compositionCommands(() => line))
describe('opem data', () => dataCommands(() => line))
