import { buildSubgraph } from './build.ts'

const from = performance.now()
await buildSubgraph()
console.log(`subgraph made in ${((performance.now() - from) / 1000).toFixed(1)} s`)
