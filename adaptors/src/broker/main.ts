/**
 * The embedded MQTT broker as a process.
 *
 * OPEM_BROKER_PORT  port on 127.0.0.1; default 8405
 * OPEM_BROKER_DIR   folder for sessions and undelivered messages; default `$OPEM_HOME/broker`
 * OPEM_HOME         default `.opem`
 */
import { join } from 'node:path'
import { fail, numberSetting, onStop, setting } from '../process/process.ts'
import { startBroker } from './start-broker.ts'

try {
  const port = numberSetting('OPEM_BROKER_PORT', 8405, 0, 65_535)
  const dir = setting('OPEM_BROKER_DIR', join(setting('OPEM_HOME', '.opem'), 'broker'))
  const broker = await startBroker({ port, dir })
  onStop(() => broker.close())
  console.log(`ready broker ${broker.url}`)
} catch (error) {
  fail('broker', error)
}
