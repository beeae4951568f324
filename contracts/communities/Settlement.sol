// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Balance, BalanceProof, Batch, ISettlement, PeriodTotals, Report} from "./ISettlement.sol";
import {OracleCommittee} from "./OracleCommittee.sol";
import {BalanceTree} from "./libraries/BalanceTree.sol";
import {CommunityHead, CommunityHeadLib} from "./libraries/CommunityHead.sol";
import {PeriodAudit} from "./libraries/PeriodAudit.sol";
import {TotalsWord} from "./libraries/TotalsWord.sol";

/// @title Commitments to every member's balance of every period, signed by the oracle committee
contract Settlement is ISettlement, OracleCommittee, EIP712 {
    using CommunityHeadLib for CommunityHead;
    using TotalsWord for PeriodTotals;
    using TotalsWord for PeriodTotals[];

    /// @dev What the chain itself must know of a rule version.
    struct Terms {
        uint64 from;
        bool plainEven;
        bool exact;
    }

    bytes32 private constant REPORT_TYPEHASH = keccak256(
        "Report(address community,uint64 start,uint16 periods,uint32 revision,uint32 rules,bytes32 root,bytes32 totalsHash,uint256 nonce,uint64 deadline)"
    );
    uint256 private constant MOST_PERIODS = 128;
    uint256 private constant MOST_CHALLENGED_MEMBERS = 256;

    uint64 private immutable _correctionWindow;

    address private _factory;
    mapping(address community => CommunityHead) private _heads;
    mapping(address community => mapping(uint32 version => Terms)) private _terms;
    mapping(address community => mapping(uint64 start => bytes32)) private _batches;

    /// @param authority the AccessManager that governs the committee and names the factory
    /// @param correctionWindow_ seconds in which a batch may be corrected after it was settled
    constructor(
        address authority,
        uint8 quorum_,
        uint256 minimumBond_,
        uint64 correctionWindow_
    )
        AccessManaged(authority)
        OracleCommittee(quorum_, minimumBond_, 2 * correctionWindow_)
        EIP712("OPEM Settlement", "1")
    {
        _correctionWindow = correctionWindow_;
    }

    /// @inheritdoc ISettlement
    function settle(Report calldata report, PeriodTotals[] calldata totals, bytes[] calldata signatures) external {
        CommunityHead head = _heads[report.community];
        if (!head.isKnown()) revert SettlementCommunityUnknown(report.community);
        if (report.revision != 0) revert SettlementRevision(report.revision, 0);
        head = _checkNext(head, report);

        bytes32 totalsHash = _checkContent(report, totals, head.periodSeconds(), head.exact());
        uint256 signers = _checkSignatures(report, totalsHash, head.sequence(), signatures);

        _heads[report.community] = head.advanced(report.periods);
        _record(report, totals, totalsHash, signers, uint64(block.timestamp));
    }

    /// @inheritdoc ISettlement
    function correct(
        Batch calldata previous,
        Report calldata report,
        PeriodTotals[] calldata totals,
        bytes[] calldata signatures
    ) external {
        _checkCurrent(previous, _batches[report.community][report.start]);
        if (report.periods != previous.periods) revert SettlementBatchSize(report.periods, previous.periods);
        if (report.rules != previous.rules) revert SettlementRulesNotInForce(report.rules, previous.rules);
        uint32 revision = previous.revision + 1;
        if (report.revision != revision) revert SettlementRevision(report.revision, revision);
        uint64 settledAt = previous.settledAt;
        if (previous.root == 0) settledAt = uint64(block.timestamp);
        else _checkWindow(settledAt, _correctionWindow);

        CommunityHead head = _heads[report.community];
        bool exact = _terms[report.community][report.rules].exact;
        bytes32 totalsHash = _checkContent(report, totals, head.periodSeconds(), exact);
        uint256 signers = _checkSignatures(report, totalsHash, head.sequence(), signatures);

        _heads[report.community] = head.counted();
        _record(report, totals, totalsHash, signers, settledAt);
    }

    /// @inheritdoc ISettlement
    function challenge(
        Batch calldata batch,
        PeriodTotals[] calldata batchTotals,
        uint256 index,
        PeriodTotals totals,
        Balance[] calldata balances,
        bytes32[] calldata toBatchRoot
    ) external {
        _checkChallenge(batch, batchTotals, index, balances.length);
        uint256 turn = batch.start / _heads[batch.community].periodSeconds() + index;
        uint64 period = uint64(turn * _heads[batch.community].periodSeconds());
        _checkMembersTree(batch, period, totals, balances, toBatchRoot);

        Fault fault = _faultOf(batch, batchTotals[index], turn, totals, balances);
        if (fault == Fault.None) revert SettlementChallengeUnfounded();
        _fell(batch, period, fault);
    }

    /// @inheritdoc ISettlement
    function setFactory(address factory_) external restricted {
        emit FactoryChanged(_factory, factory_);
        _factory = factory_;
    }

    /// @inheritdoc ISettlement
    function registerCommunity(address community, uint32 periodSeconds, uint64 startsAt) external {
        if (msg.sender != _factory) revert SettlementOnlyFactory(msg.sender);
        _heads[community] = CommunityHeadLib.opening(periodSeconds, startsAt);
        emit CommunityRegistered(community, periodSeconds, startsAt);
    }

    /// @inheritdoc ISettlement
    function rulesCommitted(uint32 version, uint64 from, bool plainEven, bool exact) external {
        CommunityHead head = _onlyCommunity();
        _terms[msg.sender][version] = Terms(from, plainEven, exact);
        if (version == 1) _heads[msg.sender] = head.withRules(1, exact);
        else if (version == head.rules() + 1) _heads[msg.sender] = head.withNextRulesFrom(from / head.periodSeconds());
    }

    /// @inheritdoc ISettlement
    function running(uint64 from, uint64 until) external {
        CommunityHead head = _onlyCommunity();
        uint256 length = head.periodSeconds();
        if (from / length > head.next()) head = head.withNext(from / length);
        _heads[msg.sender] = head.withUntil(until == type(uint64).max ? CommunityHeadLib.NEVER : until / length);
    }

    /// @inheritdoc ISettlement
    function verifyBalance(
        Batch calldata batch,
        Balance calldata balance,
        BalanceProof calldata proof
    ) external view returns (bool) {
        if (batch.root == 0 || keccak256(abi.encode(batch)) != _batches[batch.community][batch.start]) return false;
        bytes32 leaf = BalanceTree.balanceLeaf(batch.community, proof.periodStart, batch.revision, balance);
        bytes32 membersRoot = MerkleProof.processProofCalldata(proof.toMembersRoot, leaf);
        bytes32 periodLeaf = BalanceTree.periodLeaf(proof.periodStart, proof.totals, membersRoot);
        return MerkleProof.verifyCalldata(proof.toBatchRoot, batch.root, periodLeaf);
    }

    /// @inheritdoc ISettlement
    function correctionWindow() external view returns (uint64) {
        return _correctionWindow;
    }

    /// @inheritdoc ISettlement
    function challengeWindow() public view returns (uint64) {
        return 2 * _correctionWindow;
    }

    /// @inheritdoc ISettlement
    function factory() external view returns (address) {
        return _factory;
    }

    /// @inheritdoc ISettlement
    function batchHash(address community, uint64 start) external view returns (bytes32) {
        return _batches[community][start];
    }

    /// @inheritdoc ISettlement
    function nextPeriod(address community) external view returns (uint64) {
        CommunityHead head = _heads[community];
        return uint64(head.next() * head.periodSeconds());
    }

    /// @inheritdoc ISettlement
    function settlesUntil(address community) external view returns (uint64) {
        CommunityHead head = _heads[community];
        uint256 until = head.until();
        return until == CommunityHeadLib.NEVER ? type(uint64).max : uint64(until * head.periodSeconds());
    }

    /// @inheritdoc ISettlement
    function nonce(address community) external view returns (uint256) {
        return _heads[community].sequence();
    }

    function _onlyCommunity() private view returns (CommunityHead head) {
        head = _heads[msg.sender];
        if (!head.isKnown()) revert SettlementOnlyCommunity(msg.sender);
    }

    /// @dev No gap, no overlap, running, over, under one rule version. Answers the head under the rules of the report.
    function _checkNext(CommunityHead head, Report calldata report) private view returns (CommunityHead) {
        uint256 length = head.periodSeconds();
        uint256 next = head.next();
        uint256 end = next + report.periods;
        if (report.start != next * length) revert SettlementGapOrOverlap(report.start, uint64(next * length));
        if (end > head.until()) {
            uint256 first = head.until() > next ? head.until() : next;
            revert SettlementNotRunning(report.community, uint64(first * length));
        }
        if (end * length > block.timestamp)
            revert SettlementPeriodNotOver(uint64(end * length), uint64(block.timestamp));
        if (head.nextRulesFrom() <= next) head = _turnToRules(head, report.community, next);
        if (report.rules != head.rules()) revert SettlementRulesNotInForce(report.rules, uint32(head.rules()));
        if (head.nextRulesFrom() < end) revert SettlementRulesChangeInside(uint64(head.nextRulesFrom() * length));
        return head;
    }

    /// @dev The head under the version in force for period `next`, by way of all versions that began before it.
    function _turnToRules(CommunityHead head, address community, uint256 next) private view returns (CommunityHead) {
        while (head.nextRulesFrom() <= next) {
            uint32 version = uint32(head.rules()) + 1;
            uint256 following = _terms[community][version + 1].from;
            head = head.withRules(version, _terms[community][version].exact).withNextRulesFrom(
                following == 0 ? CommunityHeadLib.NEVER : following / head.periodSeconds()
            );
        }
        return head;
    }

    /// @dev Root, deadline, size, and for each period T = min(surplus, demand), or at most that where rules are not exact.
    function _checkContent(
        Report calldata report,
        PeriodTotals[] calldata totals,
        uint256 length,
        bool exact
    ) private view returns (bytes32 totalsHash) {
        uint256 periods = report.periods;
        if (periods == 0 || periods > MOST_PERIODS) revert SettlementBatchSize(periods, MOST_PERIODS);
        if (totals.length != periods) revert SettlementTotalsCount(totals.length, periods);
        if (report.root == 0) revert SettlementRootZero();
        if (block.timestamp > report.deadline) revert SettlementReportExpired(report.deadline, uint64(block.timestamp));

        for (uint256 i = 0; i < periods; ++i) {
            PeriodTotals word = totals[i];
            if (!word.isWellFormed()) {
                revert SettlementTotalsMalformed(uint64(report.start + i * length), PeriodTotals.unwrap(word));
            }
            uint256 most = word.surplus() < word.demand() ? word.surplus() : word.demand();
            if (exact ? word.shared() != most : word.shared() > most) {
                revert SettlementShared(uint64(report.start + i * length), word.shared(), most);
            }
        }
        return totals.hash();
    }

    /// @dev A current, standing batch inside its window, with its own totals, and a period of a size that fits a block.
    function _checkChallenge(
        Batch calldata batch,
        PeriodTotals[] calldata batchTotals,
        uint256 index,
        uint256 members
    ) private view {
        _checkCurrent(batch, _batches[batch.community][batch.start]);
        if (batch.root == 0) revert SettlementRootZero();
        _checkWindow(batch.settledAt, challengeWindow());
        bytes32 totalsHash = batchTotals.hash();
        if (totalsHash != batch.totalsHash) revert SettlementBatchMismatch(totalsHash, batch.totalsHash);
        if (index >= batchTotals.length) revert SettlementTotalsCount(batchTotals.length, index + 1);
        if (members > MOST_CHALLENGED_MEMBERS) revert SettlementChallengeTooLarge(members, MOST_CHALLENGED_MEMBERS);
    }

    /// @dev `balances` are all leaves of the period's members' tree, and the period with `totals` is in the batch.
    function _checkMembersTree(
        Batch calldata batch,
        uint64 period,
        PeriodTotals totals,
        Balance[] calldata balances,
        bytes32[] calldata toBatchRoot
    ) private view {
        bytes32 membersRoot = BalanceTree.rootOfMembers(batch.community, period, batch.revision, balances);
        bytes32 leaf = BalanceTree.periodLeaf(period, totals, membersRoot);
        if (!MerkleProof.verifyCalldata(toBatchRoot, batch.root, leaf)) revert SettlementNotMembersTree(period);
    }

    function _faultOf(
        Batch calldata batch,
        PeriodTotals announced,
        uint256 turn,
        PeriodTotals totals,
        Balance[] calldata balances
    ) private view returns (Fault) {
        if (!BalanceTree.isAscending(balances)) {
            return BalanceTree.isDisordered(balances) ? Fault.MemberOrder : Fault.None;
        }
        Terms memory terms = _terms[batch.community][batch.rules];
        return PeriodAudit.faultOf(totals, announced, balances, terms.plainEven && terms.exact, turn);
    }

    function _checkSignatures(
        Report calldata report,
        bytes32 totalsHash,
        uint256 sequence,
        bytes[] calldata signatures
    ) private view returns (uint256 signers) {
        bytes32 structHash = keccak256(
            abi.encode(
                REPORT_TYPEHASH,
                report.community,
                report.start,
                report.periods,
                report.revision,
                report.rules,
                report.root,
                totalsHash,
                sequence,
                report.deadline
            )
        );
        return _checkQuorum(_hashTypedDataV4(structHash), signatures);
    }

    function _checkCurrent(Batch calldata batch, bytes32 stored) private pure {
        bytes32 given = keccak256(abi.encode(batch));
        if (given != stored) revert SettlementBatchMismatch(given, stored);
    }

    function _checkWindow(uint64 settledAt, uint64 window) private view {
        uint64 closedAt = settledAt + window;
        if (block.timestamp > closedAt) revert SettlementWindowClosed(closedAt, uint64(block.timestamp));
    }

    function _record(
        Report calldata report,
        PeriodTotals[] calldata totals,
        bytes32 totalsHash,
        uint256 signers,
        uint64 settledAt
    ) private {
        _batches[report.community][report.start] = keccak256(
            abi.encode(
                Batch({
                    community: report.community,
                    start: report.start,
                    periods: report.periods,
                    revision: report.revision,
                    rules: report.rules,
                    settledAt: settledAt,
                    signers: signers,
                    root: report.root,
                    totalsHash: totalsHash
                })
            )
        );
        emit BatchSettled(
            report.community,
            report.start,
            report.revision,
            report.periods,
            report.rules,
            settledAt,
            signers,
            report.root,
            totals
        );
    }

    /// @dev The batch stays on record as fallen, so that a correction can take its place.
    function _fell(Batch calldata batch, uint64 period, Fault fault) private {
        Batch memory fallen = batch;
        (fallen.signers, fallen.root, fallen.totalsHash) = (0, 0, 0);
        _batches[batch.community][batch.start] = keccak256(abi.encode(fallen));
        emit BatchFallen(batch.community, batch.start, batch.revision, period, msg.sender, fault);
        _takeBonds(batch.signers, msg.sender);
    }
}
