/**
 * The field simulator as a process: seeded meters that publish over MQTT.
 *
 * OPEM_SIM_FILE  JSON: {"seed", "timeZone", "intervalSeconds": 900|3600, "from", "to"?, "meters": [{"meter", "kind":
 *                "household" {annualKwh} | "pv-household" {annualKwh, pvKw} | "ev-household" {annualKwh, evKw} | "wind" {windKw}}]}
 * OPEM_SIM_LIVE  1: registers each minute after the past; unset: deliver the past and end
 * OPEM_MQTT_URL  broker; default mqtt://127.0.0.1:8405
 * OPEM_SIM_SYSTEM_KEY_FILE  proves the meters' system to the broker
 */
import { readFileSync } from 'node:fs'
import { OpemError } from '@opem/domain'
import { openSystemKey } from '@opem/ssi/http-signature'
import { fail, onStop, setting } from '../process/process.ts'
import { parseSimulatorConfig } from './config.ts'
import { runSimulator } from './run-simulator.ts'

try {
  const path = setting('OPEM_SIM_FILE', '')
  if (!path)
    throw new OpemError({
      code: 'ERR_SETTING',
      shortMessage: 'OPEM_SIM_FILE is not set; it names the JSON file of simulated meters',
    })
  const live = setting('OPEM_SIM_LIVE', '') === '1'
  const config = parseSimulatorConfig(JSON.parse(readFileSync(path, 'utf8')))
  const keyFile = setting('OPEM_SIM_SYSTEM_KEY_FILE', '')
  const simulator = runSimulator(config, {
    mqttUrl: setting('OPEM_MQTT_URL', 'mqtt://127.0.0.1:8405'),
    ...(keyFile && { proof: { key: await openSystemKey(keyFile) } }),
    live,
    now: () => Math.floor(Date.now() / 1000),
    log: (line) => console.error(`simulator: ${line}`),
    onReady: (telegrams) =>
      console.log(`ready simulator ${config.meters.length} meters, ${telegrams} past intervals${live ? ', live' : ''}`),
  })
  onStop(() => simulator.close())
  await simulator.caughtUp
  if (!live) await simulator.close()
} catch (error) {
  fail('simulator', error)
}
