import { openKeyFile } from '@opem/ssi'
import type { AccessParts } from '../access/access.ts'
import { createAccess } from '../access/wiring/create-access.ts'
import { createOperationalStore } from '../operational/store.ts'
import { createDeploymentReader } from '../unified-api/chain/deployment.ts'
import type { AccessWorld } from './access-world.ts'

/** A module that makes contracts, in a process of its own beside the API: the same store, chain and keys. */
export function openModule(world: AccessWorld): AccessParts & { close(): Promise<void> } {
  const store = createOperationalStore({ url: world.postgres.url })
  const access = createAccess({
    settings: {
      ...{ dir: world.own.dir, agentSecret: undefined, systemsFile: undefined, developmentIssuer: undefined },
      ...{ operatorDids: [], pendingSeconds: 3600, publicUrl: undefined, pinnedIssuers: [], development: true },
      registrar: () => openKeyFile(world.chain.registrarFile),
      operator: () => openKeyFile(world.chain.operatorFile),
      limits: {
        ...{ perAddress: { burst: 500, perSecond: 200 }, perHolder: { burst: 300, perSecond: 100 } },
        registrationsPerHour: 5000,
      },
    },
    ...{ store, chainUrl: world.chain.anvil.url, deployment: createDeploymentReader(world.chain.deploymentPath) },
    log: () => undefined,
  })
  return {
    ...access,
    async close() {
      await access.close()
      await store.close()
    },
  }
}
