// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {AllocationKey, IEnergyCommunity, Membership, MeteringPoint, RuleVersion} from "./IEnergyCommunity.sol";
import {ISettlement} from "./ISettlement.sol";

/// @title One Citizen Energy Community, a minimal proxy made by the factory
contract EnergyCommunity is IEnergyCommunity, EIP712, Nonces {
    using SafeCast for uint256;

    /// @dev Two slots. Times fit 48 bits, as they fit the 32 bits of a period number.
    struct Member {
        address account;
        uint48 from;
        uint48 until;
        MeteringPoint[] meteringPoints;
    }

    bytes32 private constant JOIN_TYPEHASH = keccak256(
        "Join(bytes32 member,address account,uint64 from,MeteringPoint[] meteringPoints,uint256 nonce,uint256 deadline)MeteringPoint(bytes32 id,uint8 participation)"
    );
    bytes32 private constant LEAVE_TYPEHASH = keccak256(
        "Leave(bytes32 member,uint64 until,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant POINT_TYPEHASH = keccak256("MeteringPoint(bytes32 id,uint8 participation)");
    uint256 private constant MOST_POINTS = 8;
    uint48 private constant NOT_LEFT = type(uint48).max;

    ISettlement private immutable _settlement;
    address private immutable _factory;

    address private _administrator;
    uint32 private _periodSeconds;
    bool private _historic;
    bool private _initialised;
    RuleVersion[] private _rules;
    bytes32[] private _memberIds;
    mapping(bytes32 member => Member) private _members;
    /// @dev Until when a metering point is taken.
    mapping(bytes32 meteringPoint => uint48) private _takenUntil;

    constructor(ISettlement settlement, address factory) EIP712("OPEM Community", "1") {
        (_settlement, _factory) = (settlement, factory);
        _initialised = true; // the implementation itself is nobody's community
    }

    modifier onlyAdministrator() {
        if (msg.sender != _administrator) revert CommunityNotAdministrator(msg.sender, _administrator);
        _;
    }

    /// @notice Called once by the factory, in the transaction that makes the proxy.
    function initialise(
        address administrator_,
        uint32 periodSeconds_,
        uint64 startsAt,
        bool historic_,
        RuleVersion[] calldata rules_
    ) external {
        if (_initialised) revert CommunityAlreadyInitialised();
        if (msg.sender != _factory) revert CommunityOnlyFactory(msg.sender);
        (_administrator, _periodSeconds, _historic, _initialised) = (administrator_, periodSeconds_, historic_, true);
        emit AdministratorChanged(address(0), administrator_);

        if (rules_.length == 0) revert CommunityRulesUnknown(1);
        if (rules_[0].from != startsAt) revert CommunityRulesOrder(rules_[0].from, startsAt);
        for (uint256 i = 0; i < rules_.length; ++i) {
            _commit(rules_[i]);
        }
    }

    /// @inheritdoc IEnergyCommunity
    function join(
        bytes32 member,
        address account,
        uint64 from,
        MeteringPoint[] calldata points,
        uint256 deadline,
        bytes calldata consent
    ) external onlyAdministrator {
        if (account == address(0)) revert CommunityAddressZero();
        if (_members[member].account != address(0)) revert CommunityMemberExists(member);
        if (points.length > MOST_POINTS) revert CommunityMeteringPoints(points.length, MOST_POINTS);
        _checkBoundary(from, 0);
        bytes32 structHash = keccak256(
            abi.encode(JOIN_TYPEHASH, member, account, from, _hashPoints(points), _useNonce(account), deadline)
        );
        _checkConsent(account, structHash, deadline, consent);

        Member storage joined = _members[member];
        (joined.account, joined.from, joined.until) = (account, uint256(from).toUint48(), NOT_LEFT);
        _memberIds.push(member);
        emit MemberJoined(member, account, from);
        for (uint256 i = 0; i < points.length; ++i) {
            _assign(member, joined, points[i]);
        }
    }

    /// @inheritdoc IEnergyCommunity
    function leave(bytes32 member, uint64 until, uint256 deadline, bytes calldata consent) external {
        Member storage leaving = _members[member];
        address account = leaving.account;
        if (account == address(0)) revert CommunityMemberUnknown(member);
        if (msg.sender != account && msg.sender != _administrator) {
            revert CommunityNotAdministrator(msg.sender, _administrator);
        }
        if (leaving.until != NOT_LEFT) revert CommunityMemberLeft(member, leaving.until);
        _checkBoundary(until, leaving.from);
        if (msg.sender != account) {
            bytes32 structHash = keccak256(abi.encode(LEAVE_TYPEHASH, member, until, _useNonce(account), deadline));
            _checkConsent(account, structHash, deadline, consent);
        }

        uint48 end = uint256(until).toUint48();
        leaving.until = end;
        for (uint256 i = 0; i < leaving.meteringPoints.length; ++i) {
            _takenUntil[leaving.meteringPoints[i].id] = end;
        }
        emit MemberLeft(member, account, until);
    }

    /// @inheritdoc IEnergyCommunity
    function commitRules(RuleVersion calldata next) external onlyAdministrator returns (uint32 version) {
        uint64 unsettled = _settlement.nextPeriod(address(this));
        uint64 earliest = unsettled > block.timestamp ? unsettled : uint64(block.timestamp) + 1;
        if (next.from < earliest) revert CommunityRulesTooLate(next.from, earliest);
        return _commit(next);
    }

    /// @inheritdoc IEnergyCommunity
    function start() external onlyAdministrator {
        if (_isRunning()) revert CommunityAlreadyRunning();
        uint64 at = _firstWithMember(_settlement.nextPeriod(address(this)));
        emit Started(at);
        _settlement.running(at, type(uint64).max);
    }

    /// @inheritdoc IEnergyCommunity
    function stop(uint64 at) external onlyAdministrator {
        if (!_isRunning()) revert CommunityNotRunning();
        _checkOnPeriod(at);
        uint64 unsettled = _settlement.nextPeriod(address(this));
        if (at < unsettled) revert CommunityInThePast(at, unsettled);
        emit Stopped(at);
        _settlement.running(0, at);
    }

    /// @inheritdoc IEnergyCommunity
    function transferAdministration(address next) external onlyAdministrator {
        if (next == address(0)) revert CommunityAddressZero();
        emit AdministratorChanged(_administrator, next);
        _administrator = next;
    }

    /// @inheritdoc IEnergyCommunity
    function administrator() external view returns (address) {
        return _administrator;
    }

    /// @inheritdoc IEnergyCommunity
    function periodSeconds() external view returns (uint32) {
        return _periodSeconds;
    }

    /// @inheritdoc IEnergyCommunity
    function historic() external view returns (bool) {
        return _historic;
    }

    /// @inheritdoc IEnergyCommunity
    function nonces(address account) public view override(IEnergyCommunity, Nonces) returns (uint256) {
        return super.nonces(account);
    }

    /// @inheritdoc IEnergyCommunity
    function memberCount() external view returns (uint256) {
        return _memberIds.length;
    }

    /// @inheritdoc IEnergyCommunity
    function members(uint256 offset, uint256 limit) external view returns (Membership[] memory page) {
        uint256 total = _memberIds.length;
        if (offset > total) offset = total;
        if (limit > total - offset) limit = total - offset;
        page = new Membership[](limit);
        for (uint256 i = 0; i < limit; ++i) {
            page[i] = membership(_memberIds[offset + i]);
        }
    }

    /// @inheritdoc IEnergyCommunity
    function membership(bytes32 member) public view returns (Membership memory) {
        Member storage known = _members[member];
        if (known.account == address(0)) revert CommunityMemberUnknown(member);
        uint64 until = known.until == NOT_LEFT ? type(uint64).max : known.until;
        return Membership({member: member, account: known.account, from: known.from, until: until});
    }

    /// @inheritdoc IEnergyCommunity
    function meteringPoints(bytes32 member) external view returns (MeteringPoint[] memory) {
        if (_members[member].account == address(0)) revert CommunityMemberUnknown(member);
        return _members[member].meteringPoints;
    }

    /// @inheritdoc IEnergyCommunity
    function rulesCount() external view returns (uint32) {
        return uint32(_rules.length);
    }

    /// @inheritdoc IEnergyCommunity
    function rules(uint32 version) external view returns (RuleVersion memory) {
        if (version == 0 || version > _rules.length) revert CommunityRulesUnknown(version);
        return _rules[version - 1];
    }

    /// @inheritdoc IEnergyCommunity
    function rulesInForce(uint64 periodStart) external view returns (uint32 version) {
        version = uint32(_rules.length);
        while (version > 0 && _rules[version - 1].from > periodStart) --version;
        if (version == 0) revert CommunityRulesUnknown(0);
    }

    function _isRunning() private view returns (bool) {
        return _settlement.settlesUntil(address(this)) == type(uint64).max;
    }

    function _checkOnPeriod(uint64 instant) private view {
        if (instant % _periodSeconds != 0) revert CommunityNotOnPeriod(instant, _periodSeconds);
    }

    /// @dev A membership begins or ends on a period boundary, never in a settled period, and in the past only where the
    /// community itself is historic.
    function _checkBoundary(uint64 instant, uint64 earliest) private view {
        _checkOnPeriod(instant);
        uint64 unsettled = _settlement.nextPeriod(address(this));
        if (unsettled > earliest) earliest = unsettled;
        if (!_historic && block.timestamp > earliest) earliest = uint64(block.timestamp);
        if (instant < earliest) revert CommunityInThePast(instant, earliest);
    }

    function _checkConsent(address account, bytes32 structHash, uint256 deadline, bytes calldata consent) private view {
        if (block.timestamp > deadline) revert CommunityConsentExpired(deadline, block.timestamp);
        bytes32 digest = _hashTypedDataV4(structHash);
        if (!SignatureChecker.isValidSignatureNowCalldata(account, digest, consent)) {
            (address recovered, , ) = ECDSA.tryRecoverCalldata(digest, consent);
            revert CommunityConsentInvalid(account, recovered);
        }
    }

    function _hashPoints(MeteringPoint[] calldata points) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](points.length);
        for (uint256 i = 0; i < points.length; ++i) {
            hashes[i] = keccak256(abi.encode(POINT_TYPEHASH, points[i]));
        }
        return keccak256(abi.encodePacked(hashes));
    }

    function _assign(bytes32 member, Member storage joined, MeteringPoint calldata point) private {
        if (point.participation == 0 || point.participation > 100) revert CommunityParticipation(point.participation);
        if (_takenUntil[point.id] > joined.from) revert CommunityMeteringPointTaken(point.id);
        _takenUntil[point.id] = NOT_LEFT;
        joined.meteringPoints.push(point);
        emit MeteringPointAssigned(member, point.id, point.participation, joined.from);
    }

    /// @dev The first period from `earliest` on in which somebody is a member. Ends at the first member of that period,
    /// so it is cheap but for a community whose members have gone.
    function _firstWithMember(uint64 earliest) private view returns (uint64) {
        uint256 first = type(uint64).max;
        for (uint256 i = 0; i < _memberIds.length; ++i) {
            Member storage member = _members[_memberIds[i]];
            (uint256 from, uint256 until) = (member.from, member.until);
            if (until <= earliest || until == from) continue;
            if (from <= earliest) return earliest;
            if (from < first) first = from;
        }
        if (first == type(uint64).max) revert CommunityWithoutMembers();
        return uint64(first);
    }

    function _commit(RuleVersion calldata next) private returns (uint32 version) {
        _checkOnPeriod(next.from);
        uint256 count = _rules.length;
        if (count > 0 && next.from <= _rules[count - 1].from)
            revert CommunityRulesOrder(next.from, _rules[count - 1].from);
        _rules.push(next);
        version = uint32(count + 1);
        emit RulesCommitted(version, next.from, next.key, next.plain, next.exact, next.rulesHash);
        _settlement.rulesCommitted(version, next.from, next.key == AllocationKey.Even && next.plain, next.exact);
    }
}
