import { Address, BigInt, ethereum } from '@graphprotocol/graph-ts'
import {
  BondPosted,
  BondTaken,
  BondWithdrawn,
  NodeLeaving,
  NodeRemoved,
  NodeSeated,
  QuorumChanged,
} from '../generated/Settlement/Settlement'
import { Committee, CommitteeEvent, OracleNode } from '../generated/schema'
import { eventId } from './ids'

export function handleNodeSeated(event: NodeSeated): void {
  let node = OracleNode.load(event.params.node)
  if (node === null) {
    node = new OracleNode(event.params.node)
    node.bond = BigInt.zero()
  }
  node.seat = event.params.seat
  node.status = 'SEATED'
  node.freeAt = null
  node.save()
  countNodes(event.address, 1)
  record(event, event.params.node, 'SEATED').save()
}

export function handleBondPosted(event: BondPosted): void {
  const node = OracleNode.load(event.params.node)!
  node.bond = event.params.bond
  node.save()
  const entry = record(event, event.params.node, 'BOND_POSTED')
  entry.amount = event.params.amount
  entry.save()
}

export function handleNodeLeaving(event: NodeLeaving): void {
  const node = OracleNode.load(event.params.node)!
  node.status = 'LEAVING'
  node.freeAt = event.params.freeAt
  node.save()
  countNodes(event.address, -1)
  record(event, event.params.node, 'LEAVING').save()
}

export function handleNodeRemoved(event: NodeRemoved): void {
  const node = OracleNode.load(event.params.node)!
  node.status = 'REMOVED'
  node.save()
  record(event, event.params.node, 'REMOVED').save()
}

export function handleBondWithdrawn(event: BondWithdrawn): void {
  const node = OracleNode.load(event.params.node)!
  node.bond = node.bond.minus(event.params.amount)
  node.save()
  const entry = record(event, event.params.node, 'BOND_WITHDRAWN')
  entry.amount = event.params.amount
  entry.save()
}

export function handleBondTaken(event: BondTaken): void {
  const node = OracleNode.load(event.params.node)!
  node.bond = node.bond.minus(event.params.amount)
  node.save()
  const entry = record(event, event.params.node, 'BOND_TAKEN')
  entry.amount = event.params.amount
  entry.challenger = event.params.challenger
  entry.save()
}

export function handleQuorumChanged(event: QuorumChanged): void {
  const committee = committeeAt(event.address)
  committee.quorum = event.params.current
  committee.save()
}

function committeeAt(address: Address): Committee {
  let committee = Committee.load(address)
  if (committee === null) {
    committee = new Committee(address)
    committee.quorum = 0
    committee.nodeCount = 0
  }
  return committee
}

function countNodes(address: Address, more: i32): void {
  const committee = committeeAt(address)
  committee.nodeCount += more
  committee.save()
}

function record(event: ethereum.Event, node: Address, kind: string): CommitteeEvent {
  const entry = new CommitteeEvent(eventId(event))
  entry.node = node
  entry.kind = kind
  entry.amount = BigInt.zero()
  entry.timestamp = event.block.timestamp
  entry.transaction = event.transaction.hash
  return entry
}
