import { join } from 'node:path'

/** $OPEM_HOME/access: who the marketplace's own machines are. Keys and secrets there have mode 600. */
export const accessPath = (home: string, ...names: readonly string[]): string => join(home, 'access', ...names)

/** Public halves of the machines' keys, with what each may do; the API, the broker and the oracle nodes read it. */
export const systemsFile = (home: string): string => accessPath(home, 'systems.json')

/** The private half of one machine's key. */
export const systemKeyFile = (home: string, id: string): string => accessPath(home, 'keys', `${id}.json`)

/** The command line's own key: whoever may read the folder acts as the marketplace's operator. */
export const commandLineKeyFile = (home: string): string => systemKeyFile(home, 'command-line')

/** TLS key and certificate of the doors for client certificates, the broker's and the API's. Devices trust that one alone. */
export const serverTls = (home: string) => ({
  key: accessPath(home, 'tls-key.pem'),
  certificate: accessPath(home, 'tls.pem'),
})
