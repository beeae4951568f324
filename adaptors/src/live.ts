/** The live side: broker, ingest, simulator. */
export { type Broker, startBroker } from './broker/start-broker.ts'
export { openRegisterMemory } from './ingest/register-memory.ts'
export { startIngest } from './ingest/start-ingest.ts'
export { formatTelegram, parseTelegram, type Telegram } from './mqtt/telegram.ts'
export { topicOf } from './mqtt/topics.ts'
export { parseSimulatorConfig, type SimulatorConfig } from './simulator/config.ts'
export { runSimulator, type Simulator } from './simulator/run-simulator.ts'
