import { buildSubgraph } from '@opem/subgraph/build'
import { buildPage } from '../cli/src/page/build-page.ts'

/** What every marketplace of the stories shows and indexes is made once, before two of them start side by side. */
export default async function prepare(): Promise<void> {
  await buildPage((line) => process.stdout.write(`${line}\n`))
  await buildSubgraph()
}
