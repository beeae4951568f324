import type { Keccak256 } from '@opem/domain'
import { keccak256 } from 'viem'

export const keccak: Keccak256 = (bytes) => keccak256(bytes, 'bytes')
