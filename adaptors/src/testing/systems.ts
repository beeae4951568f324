import { createSystemKey, type SystemKey } from '@opem/ssi/http-signature'
import { type BrokerSystem, lookUp, type Systems } from '../broker/systems.ts'
import { brokerLogin } from '../mqtt/password.ts'

/** A broker's world for tests: ingest, and a field of meters that publishes for all of them; others come and go. */
export async function testSystems(dir: string) {
  const [ingest, field] = [await createSystemKey(`${dir}/ingest.key`), await createSystemKey(`${dir}/field.key`)]
  let list: BrokerSystem[] = [
    { ...signing('ingest', ingest), meters: ['*'], subscribes: true },
    { ...signing('field', field), meters: ['*'], subscribes: false },
  ]
  const systems: Systems = {
    byId: (id) => lookUp(list).byId(id),
    byCertificate: (sha256) => lookUp(list).byCertificate(sha256),
  }
  return {
    systems,
    ingest,
    field,
    asIngest: async () => brokerLogin(ingest),
    asField: () => brokerLogin(field),
    add: (system: BrokerSystem) => {
      list = [...list, system]
    },
    remove: (id: string) => {
      list = list.filter((system) => system.id !== id)
    },
  }
}

export const signing = (id: string, { publicJwk, keyid }: SystemKey) => ({ id, publicKey: publicJwk, keyid })
