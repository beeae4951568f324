// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Balance, BalanceProof, Batch, ISettlement, PeriodTotals, Report} from "./ISettlement.sol";
import {OracleCommittee} from "./OracleCommittee.sol";
import {BalanceTree} from "./libraries/BalanceTree.sol";
import {CommunityHead, CommunityHeadLib} from "./libraries/CommunityHead.sol";
import {PeriodAudit} from "./libraries/PeriodAudit.sol";
import {ReportWords} from "./libraries/ReportWords.sol";
import {TotalsWord} from "./libraries/TotalsWord.sol";

/// @title Commitments to every member's balance of every period, signed by the oracle committee
contract Settlement is ISettlement, OracleCommittee, EIP712 {
    using CommunityHeadLib for CommunityHead;
    using ReportWords for Report;
    using TotalsWord for PeriodTotals;
    using TotalsWord for PeriodTotals[];

    /// @dev What the chain itself must know of a rule version.
    struct Terms {
        uint64 from;
        bool plainEven;
        bool exact;
    }

    struct Record {
        CommunityHead head;
        mapping(uint256 version => Terms) terms;
        mapping(uint256 start => bytes32) batches;
    }

    uint256 private constant MOST_PERIODS = 128;
    uint256 private constant MOST_CHALLENGED_MEMBERS = 256;

    uint64 private immutable _correctionWindow;
    uint256 private immutable _chainId;
    bytes32 private immutable _domain;

    address private _factory;
    /// @dev By the community's address, as a whole word: an address with dirt in its high bits has no record.
    mapping(uint256 community => Record) private _records;

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
        (_chainId, _domain) = (block.chainid, _domainSeparatorV4());
    }

    /// @inheritdoc ISettlement
    function settle(bytes calldata signatures, Report calldata report, PeriodTotals[] calldata totals) external {
        Record storage record = _records[report.communityWord()];
        CommunityHead head = record.head;
        if (!report.follows(head, totals.length, MOST_PERIODS)) {
            head = _turnToRules(record, head);
            if (!report.follows(head, totals.length, MOST_PERIODS)) _refuseReport(head, report, totals.length);
        }
        _checkTotals(report, totals, head);
        bytes32 totalsHash = totals.hash();
        uint256 signers = _checkSignatures(report, totalsHash, head.sequence(), signatures);

        record.head = head.advanced(report.periodsWord());
        record.batches[report.startWord()] = report.batchHash(totalsHash, signers, block.timestamp);
        report.announce(totals, signers, block.timestamp);
    }

    /// @inheritdoc ISettlement
    function correct(
        Batch calldata previous,
        bytes calldata signatures,
        Report calldata report,
        PeriodTotals[] calldata totals
    ) external {
        Record storage record = _recordOf(report.community);
        uint256 settledAt = _checkCorrection(record, previous, report);
        CommunityHead head = record.head.withRules(report.rules, record.terms[report.rules].exact);
        _checkForm(report, totals.length);
        _checkTotals(report, totals, head);
        bytes32 totalsHash = totals.hash();
        uint256 signers = _checkSignatures(report, totalsHash, head.sequence(), signatures);

        record.head = record.head.counted();
        record.batches[report.start] = report.batchHash(totalsHash, signers, settledAt);
        report.announce(totals, signers, settledAt);
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
        uint256 turn = batch.start / _recordOf(batch.community).head.periodSeconds() + index;
        uint64 period = uint64(turn * _recordOf(batch.community).head.periodSeconds());
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
        _recordOf(community).head = CommunityHeadLib.opening(periodSeconds, startsAt);
        emit CommunityRegistered(community, periodSeconds, startsAt);
    }

    /// @inheritdoc ISettlement
    function rulesCommitted(uint32 version, uint64 from, bool plainEven, bool exact) external {
        CommunityHead head = _onlyCommunity();
        _recordOf(msg.sender).terms[version] = Terms(from, plainEven, exact);
        if (version == 1) _recordOf(msg.sender).head = head.withRules(1, exact);
        else if (version == head.rules() + 1)
            _recordOf(msg.sender).head = head.withNextRulesFrom(from / head.periodSeconds());
    }

    /// @inheritdoc ISettlement
    function running(uint64 from, uint64 until) external {
        CommunityHead head = _onlyCommunity();
        uint256 length = head.periodSeconds();
        if (from / length > head.next()) head = head.withNext(from / length);
        _recordOf(msg.sender).head = head.withUntil(
            until == type(uint64).max ? CommunityHeadLib.NEVER : until / length
        );
    }

    /// @inheritdoc ISettlement
    function verifyBalance(
        Batch calldata batch,
        Balance calldata balance,
        BalanceProof calldata proof
    ) external view returns (bool) {
        if (batch.root == 0 || keccak256(abi.encode(batch)) != _recordOf(batch.community).batches[batch.start])
            return false;
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
        return _recordOf(community).batches[start];
    }

    /// @inheritdoc ISettlement
    function nextPeriod(address community) external view returns (uint64) {
        CommunityHead head = _recordOf(community).head;
        return uint64(head.next() * head.periodSeconds());
    }

    /// @inheritdoc ISettlement
    function settlesUntil(address community) external view returns (uint64) {
        CommunityHead head = _recordOf(community).head;
        uint256 until = head.until();
        return until == CommunityHeadLib.NEVER ? type(uint64).max : uint64(until * head.periodSeconds());
    }

    /// @inheritdoc ISettlement
    function nonce(address community) external view returns (uint256) {
        return _recordOf(community).head.sequence();
    }

    function _recordOf(address community) private view returns (Record storage) {
        return _records[uint160(community)];
    }

    function _onlyCommunity() private view returns (CommunityHead head) {
        head = _recordOf(msg.sender).head;
        if (!head.isKnown()) revert SettlementOnlyCommunity(msg.sender);
    }

    /// @dev Says why a report does not follow the head: gap, overlap, stop, future, rules, or its form.
    function _refuseReport(CommunityHead head, Report calldata report, uint256 totals) private view {
        uint256 length = head.periodSeconds();
        uint256 next = head.next();
        uint256 end = next + report.periods;
        if (!head.isKnown()) revert SettlementCommunityUnknown(report.community);
        if (report.revision != 0) revert SettlementRevision(report.revision, 0);
        if (report.start != next * length) revert SettlementGapOrOverlap(report.start, uint64(next * length));
        _checkForm(report, totals);
        if (end > head.until()) {
            uint256 first = head.until() > next ? head.until() : next;
            revert SettlementNotRunning(report.community, uint64(first * length));
        }
        if (end * length > block.timestamp)
            revert SettlementPeriodNotOver(uint64(end * length), uint64(block.timestamp));
        if (report.rules != head.rules()) revert SettlementRulesNotInForce(report.rules, uint32(head.rules()));
        revert SettlementRulesChangeInside(uint64(head.nextRulesFrom() * length));
    }

    /// @dev The head under the version in force for the next period, by way of all versions that began before it.
    function _turnToRules(Record storage record, CommunityHead head) private view returns (CommunityHead) {
        if (!head.isKnown()) return head;
        while (head.nextRulesFrom() <= head.next()) {
            uint32 version = uint32(head.rules()) + 1;
            uint256 following = record.terms[version + 1].from;
            head = head.withRules(version, record.terms[version].exact);
            head = head.withNextRulesFrom(following == 0 ? CommunityHeadLib.NEVER : following / head.periodSeconds());
        }
        return head;
    }

    /// @dev The next revision of the current batch, over the same periods and rules, in time. Answers when its windows began.
    function _checkCorrection(
        Record storage record,
        Batch calldata previous,
        Report calldata report
    ) private view returns (uint256 settledAt) {
        _checkCurrent(previous, record.batches[report.start]);
        if (report.periods != previous.periods) revert SettlementBatchSize(report.periods, previous.periods);
        if (report.rules != previous.rules) revert SettlementRulesNotInForce(report.rules, previous.rules);
        uint32 revision = previous.revision + 1;
        if (report.revision != revision) revert SettlementRevision(report.revision, revision);
        if (previous.root == 0) return block.timestamp;
        _checkWindow(previous.settledAt, _correctionWindow);
        return previous.settledAt;
    }

    /// @dev Size, root, deadline.
    function _checkForm(Report calldata report, uint256 totals) private view {
        uint256 periods = report.periods;
        if (periods == 0 || periods > MOST_PERIODS) revert SettlementBatchSize(periods, MOST_PERIODS);
        if (totals != periods) revert SettlementTotalsCount(totals, periods);
        if (report.root == 0) revert SettlementRootZero();
        if (block.timestamp > report.deadline) revert SettlementReportExpired(report.deadline, uint64(block.timestamp));
    }

    /// @dev For each period T = min(surplus, demand), or at most that where rules are not exact.
    function _checkTotals(Report calldata report, PeriodTotals[] calldata totals, CommunityHead head) private pure {
        bool exact = head.exact();
        unchecked {
            // At most 128 periods of 16-bit lengths.
            for (uint256 i = 0; i < totals.length; ++i) {
                PeriodTotals word = totals.at(i);
                if (!word.isSound(exact)) _refuseTotals(word, report.start + i * head.periodSeconds());
            }
        }
    }

    /// @dev Says what is wrong with a period's totals.
    function _refuseTotals(PeriodTotals word, uint256 period) private pure {
        if (!word.isWellFormed()) revert SettlementTotalsMalformed(uint64(period), PeriodTotals.unwrap(word));
        uint256 most = word.surplus() < word.demand() ? word.surplus() : word.demand();
        revert SettlementShared(uint64(period), word.shared(), most);
    }

    /// @dev A current, standing batch inside its window, with its own totals, and a period of a size that fits a block.
    function _checkChallenge(
        Batch calldata batch,
        PeriodTotals[] calldata batchTotals,
        uint256 index,
        uint256 members
    ) private view {
        _checkCurrent(batch, _recordOf(batch.community).batches[batch.start]);
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
        Terms memory terms = _recordOf(batch.community).terms[batch.rules];
        return PeriodAudit.faultOf(totals, announced, balances, terms.plainEven && terms.exact, turn);
    }

    function _checkSignatures(
        Report calldata report,
        bytes32 totalsHash,
        uint256 sequence,
        bytes calldata signatures
    ) private view returns (uint256 signers) {
        bytes32 domain = block.chainid == _chainId ? _domain : _domainSeparatorV4();
        bytes32 digest = MessageHashUtils.toTypedDataHash(domain, report.structHash(totalsHash, sequence));
        return _checkQuorum(digest, signatures);
    }

    function _checkCurrent(Batch calldata batch, bytes32 stored) private pure {
        bytes32 given = keccak256(abi.encode(batch));
        if (given != stored) revert SettlementBatchMismatch(given, stored);
    }

    function _checkWindow(uint64 settledAt, uint64 window) private view {
        uint64 closedAt = settledAt + window;
        if (block.timestamp > closedAt) revert SettlementWindowClosed(closedAt, uint64(block.timestamp));
    }

    /// @dev The batch stays on record as fallen, so that a correction can take its place.
    function _fell(Batch calldata batch, uint64 period, Fault fault) private {
        Batch memory fallen = batch;
        (fallen.signers, fallen.root, fallen.totalsHash) = (0, 0, 0);
        _recordOf(batch.community).batches[batch.start] = keccak256(abi.encode(fallen));
        emit BatchFallen(batch.community, batch.start, batch.revision, period, msg.sender, fault);
        _takeBonds(batch.signers, msg.sender);
    }
}
