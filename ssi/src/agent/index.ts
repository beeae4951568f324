export { type Agent, type AgentOptions, openAgent } from './agent.ts'
export { openSealedFile, type SealedFile } from './sealed-file.ts'
export { agentSecret } from './secret.ts'
