import type { TestProject } from 'vitest/node'
import { startAnvil } from '../../../contracts/testing/anvil.ts'

declare module 'vitest' {
  interface ProvidedContext {
    chainUrl: string
  }
}

/** One chain for the run, ended with it. The package's expectations name chain 1337. */
export default async function startChain(project: TestProject): Promise<() => Promise<void>> {
  const anvil = await startAnvil({ chainId: 1337 })
  project.provide('chainUrl', anvil.url)
  return () => anvil.close()
}
