import mqtt, { type MqttClient } from 'mqtt'
import { brokerLogin, type PasswordKey } from './password.ts'

/** What a publisher says to the broker: a system key, a client certificate, or what the URL says. */
export interface Proof {
  readonly key?: PasswordKey
  /** PEM: the private key and its certificate, and the broker's own certificate, which it trusts and no other. */
  readonly tls?: { readonly key: string; readonly certificate: string; readonly broker: string }
}

/** A connection that publishes as a system and comes back after a loss, each time with a login of its own. */
export function connectAs(url: string, { key, tls }: Proof, clientId?: string): MqttClient {
  const client = mqtt.connect(url, {
    protocolVersion: 4,
    reconnectPeriod: 1000,
    // A broker that has just started may refuse a login that was made before it: the next one is good.
    reconnectOnConnackError: true,
    ...(clientId && { clientId }),
    ...(key && brokerLogin(key)),
    ...(tls && { key: tls.key, cert: tls.certificate, ca: tls.broker }),
  })
  // A login is for one connection; the next one comes at least a second after this is heard.
  if (key) client.on('close', () => Object.assign(client.options, brokerLogin(key)))
  return client
}
