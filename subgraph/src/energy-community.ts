import { Community, Member, MeteringPoint, RuleVersion } from '../generated/schema'
import {
  AdministratorChanged,
  MemberJoined,
  MemberLeft,
  MeteringPointAssigned,
  RulesCommitted,
  Started,
  Stopped,
} from '../generated/templates/EnergyCommunity/EnergyCommunity'
import { record } from './diary'
import { memberId, rulesId } from './ids'

const ALLOCATION_KEYS: string[] = ['EVEN', 'PRO_RATA', 'STATIC', 'CALENDAR', 'PRIORITY']

export function handleMemberJoined(event: MemberJoined): void {
  const member = new Member(memberId(event.address, event.params.member))
  member.community = event.address
  member.member = event.params.member
  member.account = event.params.account
  member.from = event.params.from
  member.save()

  const community = Community.load(event.address)!
  community.memberCount += 1
  community.save()

  const entry = record(event, event.address, 'MEMBER_JOINED')
  entry.at = event.params.from
  entry.member = event.params.member
  entry.account = event.params.account
  entry.save()
}

export function handleMeteringPointAssigned(event: MeteringPointAssigned): void {
  const member = memberId(event.address, event.params.member)
  const point = new MeteringPoint(member.concat(event.params.meteringPoint))
  point.community = event.address
  point.member = member
  point.point = event.params.meteringPoint
  point.participation = event.params.participation
  point.from = event.params.from
  point.save()
}

export function handleMemberLeft(event: MemberLeft): void {
  const member = Member.load(memberId(event.address, event.params.member))!
  member.until = event.params.until
  member.save()
  const points = member.meteringPoints.load()
  for (let i = 0; i < points.length; i++) {
    points[i].until = event.params.until
    points[i].save()
  }

  const community = Community.load(event.address)!
  community.memberCount -= 1
  community.save()

  const entry = record(event, event.address, 'MEMBER_LEFT')
  entry.at = event.params.until
  entry.member = event.params.member
  entry.account = event.params.account
  entry.save()
}

export function handleRulesCommitted(event: RulesCommitted): void {
  const version = event.params.version.toI32()
  const rules = new RuleVersion(rulesId(event.address, version))
  rules.community = event.address
  rules.version = version
  rules.from = event.params.from
  rules.key = ALLOCATION_KEYS[event.params.key]
  rules.plain = event.params.plain
  rules.exact = event.params.exact
  rules.rulesHash = event.params.rulesHash
  rules.committedAt = event.block.timestamp
  rules.transaction = event.transaction.hash
  rules.save()

  const community = Community.load(event.address)!
  community.ruleCount = version
  community.save()

  const entry = record(event, event.address, 'RULES_COMMITTED')
  entry.at = event.params.from
  entry.rules = version
  entry.save()
}

export function handleStarted(event: Started): void {
  const community = Community.load(event.address)!
  community.running = true
  community.settlesUntil = null
  // A community that starts later than it was founded to begins with the first period that has a member.
  if (event.params.at.gt(community.nextPeriod)) community.nextPeriod = event.params.at
  community.save()

  const entry = record(event, event.address, 'STARTED')
  entry.at = event.params.at
  entry.save()
}

export function handleStopped(event: Stopped): void {
  const community = Community.load(event.address)!
  community.running = false
  community.settlesUntil = event.params.at
  community.save()

  const entry = record(event, event.address, 'STOPPED')
  entry.at = event.params.at
  entry.save()
}

export function handleAdministratorChanged(event: AdministratorChanged): void {
  const community = Community.load(event.address)!
  community.administrator = event.params.current
  community.save()

  const entry = record(event, event.address, 'ADMINISTRATOR_CHANGED')
  entry.account = event.params.current
  entry.save()
}
