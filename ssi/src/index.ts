export { signJoin, signLeave } from './consent/sign.ts'
export { DEVELOPMENT_MNEMONIC, developmentWallet, isDevelopmentAddress } from './wallet/development.ts'
export { createKeyFile, listKeyFiles, openKeyFile, readPrivateKey } from './wallet/key-file.ts'
