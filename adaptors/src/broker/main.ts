/**
 * The embedded MQTT broker as a process.
 *
 * OPEM_BROKER_PORT             port on 127.0.0.1; default 8405
 * OPEM_BROKER_DIR              folder for sessions and undelivered messages; default `$OPEM_HOME/broker`
 * OPEM_SYSTEMS_FILE            the marketplace's own machines; default `$OPEM_HOME/access/systems.json`
 * OPEM_BROKER_SYSTEM_KEY_FILE  key with which it asks the API for the systems of companies; unset: it knows none
 * OPEM_API_URL                 unified API; default http://127.0.0.1:8400
 * OPEM_BROKER_TLS_PORT         port of the listener for TLS client certificates; unset: there is none
 * OPEM_BROKER_TLS_KEY_FILE, OPEM_BROKER_TLS_CERTIFICATE_FILE  PEM: the broker's own
 * OPEM_HOME                    default `.opem`
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSignedFetch, openSystemKey } from '@opem/ssi/http-signature'
import { fail, numberSetting, onStop, setting } from '../process/process.ts'
import { openCompanySystems } from './company-systems.ts'
import { startBroker } from './start-broker.ts'
import { joinSystems, openSystemsFile } from './systems.ts'

try {
  const home = setting('OPEM_HOME', '.opem')
  const port = numberSetting('OPEM_BROKER_PORT', 8405, 0, 65_535)
  const dir = setting('OPEM_BROKER_DIR', join(home, 'broker'))
  const log = (line: string) => console.error(`broker: ${line}`)
  const own = openSystemsFile(setting('OPEM_SYSTEMS_FILE', join(home, 'access', 'systems.json')), log)
  const keyFile = setting('OPEM_BROKER_SYSTEM_KEY_FILE', '')
  const companies = keyFile
    ? openCompanySystems({
        apiUrl: setting('OPEM_API_URL', 'http://127.0.0.1:8400').replace(/\/+$/, ''),
        fetch: createSignedFetch(await openSystemKey(keyFile)),
        log,
      })
    : undefined
  const tlsPort = setting('OPEM_BROKER_TLS_PORT', '')
  const broker = await startBroker({
    port,
    dir,
    log,
    systems: companies ? joinSystems(own, companies) : own,
    ...(tlsPort && {
      tls: {
        port: numberSetting('OPEM_BROKER_TLS_PORT', 0, 0, 65_535),
        key: readFileSync(setting('OPEM_BROKER_TLS_KEY_FILE', ''), 'utf8'),
        certificate: readFileSync(setting('OPEM_BROKER_TLS_CERTIFICATE_FILE', ''), 'utf8'),
      },
    }),
  })
  onStop(() => broker.close())
  console.log(`ready broker ${broker.url}${broker.tlsUrl ? ` ${broker.tlsUrl}` : ''}`)
} catch (error) {
  fail('broker', error)
}
