import { Bytes, crypto, ethereum } from '@graphprotocol/graph-ts'
import { SchemaPublished } from '../generated/SchemaRegistry/SchemaRegistry'
import { Schema } from '../generated/schema'

export function handleSchemaPublished(event: SchemaPublished): void {
  const version = event.params.version.toI32()
  const schema = new Schema(event.params.schemaId)
  schema.publisher = event.params.publisher
  schema.name = event.params.name
  schema.nameHash = event.params.nameHash
  schema.version = version
  schema.contentHash = event.params.contentHash
  if (version > 1) schema.previous = schemaId(event, version - 1)
  schema.publishedAt = event.block.timestamp
  schema.transaction = event.transaction.hash
  schema.save()
}

/** Id of a version of the published schema, as the contract makes it. */
function schemaId(event: SchemaPublished, version: i32): Bytes {
  const words: ethereum.Value[] = [
    ethereum.Value.fromAddress(event.params.publisher),
    ethereum.Value.fromFixedBytes(event.params.nameHash),
    ethereum.Value.fromI32(version),
  ]
  const tuple = changetype<ethereum.Tuple>(words)
  return Bytes.fromByteArray(crypto.keccak256(ethereum.encode(ethereum.Value.fromTuple(tuple))!))
}
