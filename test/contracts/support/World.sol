// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {CommunityFactory} from "../../../contracts/communities/CommunityFactory.sol";
import {EnergyCommunity} from "../../../contracts/communities/EnergyCommunity.sol";
import {CommunityTerms} from "../../../contracts/communities/ICommunityFactory.sol";
import {AllocationKey, MeteringPoint, RuleVersion} from "../../../contracts/communities/IEnergyCommunity.sol";
import {Balance, Batch, ISettlement, PeriodTotals, Report} from "../../../contracts/communities/ISettlement.sol";
import {Settlement} from "../../../contracts/communities/Settlement.sol";
import {BalanceTree} from "../../../contracts/communities/libraries/BalanceTree.sol";
import {Workshop} from "./Workshop.sol";
import {vm} from "./Vm.sol";

/// @notice A marketplace with three bonded nodes, quorum two, and one running community of one member since START.
abstract contract World is Workshop {
    uint64 internal constant START = 1_704_067_200; // 2024-01-01T00:00:00Z
    uint64 internal constant HOUR = 3600;
    uint64 internal constant WINDOW = 16 days;
    uint256 internal constant BOND = 1 ether;
    uint256 internal constant MEMBER_KEY = 0xA11CE;

    bytes32 private constant JOIN_TYPEHASH = keccak256(
        "Join(bytes32 member,address account,uint64 from,MeteringPoint[] meteringPoints,uint256 nonce,uint256 deadline)MeteringPoint(bytes32 id,uint8 participation)"
    );

    AccessManager internal manager;
    Settlement internal settlement;
    CommunityFactory internal factory;
    EnergyCommunity internal community;
    /// @dev Keys of the nodes, ascending by address.
    uint256[3] internal nodeKeys;

    function setUp() public virtual {
        vm.warp(START + 1000 * HOUR);
        manager = AccessManager(_deploy("AccessManager", abi.encode(address(this))));
        settlement = Settlement(_deploy("Settlement", abi.encode(address(manager), 2, BOND, WINDOW)));
        factory = CommunityFactory(_deploy("CommunityFactory", abi.encode(settlement)));
        settlement.setFactory(address(factory));
        nodeKeys = _ascending([uint256(0xB0B1), 0xB0B2, 0xB0B3]);
        for (uint256 i = 0; i < 3; ++i) {
            settlement.seat(vm.addr(nodeKeys[i]));
            _bond(i, BOND);
        }
        community = _found(START, AllocationKey.Even, true, true);
        _join(community, bytes32(uint256(1)), MEMBER_KEY, START);
        community.start();
    }

    function _bond(uint256 node, uint256 amount) internal {
        address account = vm.addr(nodeKeys[node]);
        vm.deal(account, amount);
        vm.prank(account);
        settlement.postBond{value: amount}();
    }

    function _rules(uint64 from, AllocationKey key, bool plain, bool exact) internal pure returns (RuleVersion memory) {
        return RuleVersion({from: from, key: key, plain: plain, exact: exact, rulesHash: keccak256("rules")});
    }

    function _found(uint64 startsAt, AllocationKey key, bool plain, bool exact) internal returns (EnergyCommunity) {
        RuleVersion[] memory rules = new RuleVersion[](1);
        rules[0] = _rules(startsAt, key, plain, exact);
        return EnergyCommunity(factory.createCommunity(_terms(startsAt), rules));
    }

    function _terms(uint64 startsAt) internal pure returns (CommunityTerms memory) {
        return CommunityTerms({profileHash: keccak256("profile"), periodSeconds: 3600, scheme: 1, startsAt: startsAt});
    }

    function _join(EnergyCommunity to, bytes32 member, uint256 key, uint64 from) internal {
        MeteringPoint[] memory none = new MeteringPoint[](0);
        to.join(
            member,
            vm.addr(key),
            from,
            none,
            type(uint256).max,
            _consent(to, member, key, from, none, type(uint256).max)
        );
    }

    function _consent(
        EnergyCommunity to,
        bytes32 member,
        uint256 key,
        uint64 from,
        MeteringPoint[] memory points,
        uint256 deadline
    ) internal view returns (bytes memory) {
        bytes32[] memory hashes = new bytes32[](points.length);
        for (uint256 i = 0; i < points.length; ++i) {
            hashes[i] = keccak256(abi.encode(keccak256("MeteringPoint(bytes32 id,uint8 participation)"), points[i]));
        }
        address account = vm.addr(key);
        bytes memory who = abi.encode(JOIN_TYPEHASH, member, account, from);
        bytes memory what = abi.encode(keccak256(abi.encodePacked(hashes)), to.nonces(account), deadline);
        bytes32 structHash = keccak256(bytes.concat(who, what));
        return _signAs(key, _digest("OPEM Community", address(to), structHash));
    }

    function _leaveConsent(
        bytes32 member,
        uint64 until,
        uint256 key,
        uint256 deadline
    ) internal view returns (bytes memory) {
        bytes32 typeHash = keccak256("Leave(bytes32 member,uint64 until,uint256 nonce,uint256 deadline)");
        bytes32 structHash = keccak256(abi.encode(typeHash, member, until, community.nonces(vm.addr(key)), deadline));
        return _signAs(key, _digest("OPEM Community", address(community), structHash));
    }

    /// @dev A sound report about the next `periods` hours, and its totals.
    function _next(uint16 periods) internal view returns (Report memory report, PeriodTotals[] memory totals) {
        report = Report({
            community: address(community),
            start: settlement.nextPeriod(address(community)),
            periods: periods,
            revision: 0,
            rules: 1,
            root: keccak256("root"),
            deadline: uint64(vm.getBlockTimestamp() + 600)
        });
        totals = new PeriodTotals[](periods);
        for (uint256 i = 0; i < periods; ++i) {
            totals[i] = _word(7000, 10_000, 7000, 7);
        }
    }

    function _word(
        uint256 surplus,
        uint256 demand,
        uint256 shared,
        uint256 members
    ) internal pure returns (PeriodTotals) {
        return PeriodTotals.wrap((surplus << 184) | (demand << 112) | (shared << 40) | (members << 24));
    }

    function _sign(
        Report memory report,
        PeriodTotals[] memory totals,
        uint256 first,
        uint256 count
    ) internal view returns (bytes memory signatures) {
        bytes32 digest = _reportDigest(report, totals);
        for (uint256 i = first; i < first + count; ++i) {
            signatures = bytes.concat(signatures, _compact(nodeKeys[i], digest));
        }
    }

    function _reportDigest(Report memory report, PeriodTotals[] memory totals) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Report(address community,uint64 start,uint16 periods,uint32 revision,uint32 rules,bytes32 root,bytes32 totalsHash,uint256 nonce,uint64 deadline)"
        );
        bytes memory words = abi.encode(
            typeHash,
            report.community,
            report.start,
            report.periods,
            report.revision,
            report.rules,
            report.root
        );
        bytes memory rest = abi.encode(_totalsHash(totals), settlement.nonce(report.community), report.deadline);
        return _digest("OPEM Settlement", address(settlement), keccak256(bytes.concat(words, rest)));
    }

    function _totalsHash(PeriodTotals[] memory totals) internal pure returns (bytes32) {
        uint256[] memory words = new uint256[](totals.length);
        for (uint256 i = 0; i < words.length; ++i) {
            words[i] = PeriodTotals.unwrap(totals[i]);
        }
        return keccak256(abi.encodePacked(words));
    }

    /// @dev Settles by the first two nodes and answers the batch.
    function _settle(Report memory report, PeriodTotals[] memory totals) internal returns (Batch memory) {
        settlement.settle(_sign(report, totals, 0, 2), report, totals);
        return _batchOf(report, totals, uint64(vm.getBlockTimestamp()), _seatsOf(0, 2));
    }

    function _batchOf(
        Report memory report,
        PeriodTotals[] memory totals,
        uint64 settledAt,
        uint256 signers
    ) internal pure returns (Batch memory) {
        return
            Batch({
                community: report.community,
                start: report.start,
                periods: report.periods,
                revision: report.revision,
                rules: report.rules,
                settledAt: settledAt,
                signers: signers,
                root: report.root,
                totalsHash: _totalsHash(totals)
            });
    }

    /// @dev Seats were given in the order of `nodeKeys`.
    function _seatsOf(uint256 first, uint256 count) internal pure returns (uint256) {
        return ((1 << count) - 1) << first;
    }

    function _balance(
        uint256 member,
        uint64 energyImport,
        uint64 energyExport,
        uint64 bought,
        uint64 sold
    ) internal pure returns (Balance memory) {
        return
            Balance(
                bytes32(member),
                energyImport,
                energyExport,
                bought,
                sold,
                0,
                keccak256(abi.encode("salt", member))
            );
    }

    /// @dev Root of a batch of one period with these balances and totals.
    function _rootOf(
        Report memory report,
        PeriodTotals totals,
        Balance[] memory balances
    ) internal view returns (bytes32) {
        return
            BalanceTree.periodLeaf(
                report.start,
                totals,
                this.membersRoot(report.community, report.start, report.revision, balances)
            );
    }

    function membersRoot(
        address owner,
        uint64 start,
        uint32 revision,
        Balance[] calldata balances
    ) external view returns (bytes32) {
        return BalanceTree.rootOfMembers(owner, start, revision, balances);
    }

    function _compact(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return bytes.concat(r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
    }

    function _ascending(uint256[3] memory keys) internal pure returns (uint256[3] memory) {
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 j = i + 1; j < 3; ++j) {
                if (vm.addr(keys[j]) < vm.addr(keys[i])) (keys[i], keys[j]) = (keys[j], keys[i]);
            }
        }
        return keys;
    }
}
