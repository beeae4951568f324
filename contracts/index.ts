export * from './abi/index.ts'
export { packSignatures, unpackSignatures } from './signatures.ts'
