import type { Credential } from './decode.ts'

/** A credential as a file that can be imported again, named by what it is. @example 'IdentityCredential-1a2b3c4d.json' */
export const credentialFile = ({ type, hash, jwt }: Pick<Credential, 'type' | 'hash' | 'jwt'>) => ({
  name: `${type}-${hash.slice(2, 10)}.json`,
  text: `${JSON.stringify({ type, credential: jwt }, null, 2)}\n`,
})
