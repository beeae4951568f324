import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NETWORK } from '@opem/subgraph/manifest'

const MANIFEST = `specVersion: 1.3.0
schema:
  file: ./schema.graphql
dataSources:
  - kind: ethereum
    name: Nothing
    network: ${NETWORK}
    source:
      address: "0x0000000000000000000000000000000000000001"
      abi: Nothing
      startBlock: 0
    mapping:
      kind: ethereum/events
      apiVersion: 0.0.9
      language: wasm/assemblyscript
      file: ./nothing.wasm
      entities: [Nothing]
      abis:
        - name: Nothing
          file: ./nothing.json
      eventHandlers:
        - event: Nothing()
          handler: handleNothing
`
/** An empty WebAssembly module: magic number and version. */
const NOTHING = Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00])

/**
 * A subgraph of nothing. gnd indexes the subgraphs of its command line from zero at every start; given this one, it keeps
 * the real one, which is deployed through its admin port, and goes on where it stopped. Returns the manifest's path.
 */
export async function writePlaceholder(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'subgraph.yaml'), MANIFEST)
  await writeFile(join(folder, 'schema.graphql'), 'type Nothing @entity(immutable: true) { id: Bytes! }\n')
  await writeFile(join(folder, 'nothing.json'), '[{"type":"event","name":"Nothing","inputs":[],"anonymous":false}]\n')
  await writeFile(join(folder, 'nothing.wasm'), NOTHING)
  return join(folder, 'subgraph.yaml')
}
