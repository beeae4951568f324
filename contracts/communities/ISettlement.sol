// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice The totals of one period in one word: surplus (72 bits) ‖ demand (72) ‖ shared (72) ‖ members (16), Wh,
/// most significant first; the remaining low 24 bits are zero.
type PeriodTotals is uint256;

/// @notice What oracle nodes sign about `periods` consecutive periods of one community (EIP-712).
/// Typed data: domain {name "OPEM Settlement", version "1", chainId, verifyingContract = this}, type
/// `Report(address community,uint64 start,uint16 periods,uint32 revision,uint32 rules,bytes32 root,bytes32 totalsHash,uint256 nonce,uint64 deadline)`
/// with totalsHash = keccak256(abi.encodePacked(totals)) and nonce = `nonce(community)`.
struct Report {
    address community;
    uint64 start;
    uint16 periods;
    uint32 revision;
    uint32 rules;
    bytes32 root;
    uint64 deadline;
}

/// @notice A settled batch. The chain stores only its hash, keccak256(abi.encode(batch)); `BatchSettled` tells the rest.
/// A fallen batch (successful challenge) has root 0 and signers 0.
/// @param settledAt block time of revision 0, or of the correction that repaired a fallen batch: the correction window and
/// the challenge window count from here
/// @param signers bitmap of the committee seats that signed
struct Batch {
    address community;
    uint64 start;
    uint16 periods;
    uint32 revision;
    uint32 rules;
    uint64 settledAt;
    uint256 signers;
    bytes32 root;
    bytes32 totalsHash;
}

/// @notice A member's balance of one period: Wh. leaf = keccak256(bytes.concat(keccak256(abi.encode(
/// chainid, community, periodStart, revision, member, energyImport, energyExport, bought, sold, flags, salt))))
/// @param energyImport drawn through the grid connection, the participating part, summed over metering points
/// @param flags bit 0: a reading was substituted from history; bit 1: substituted without history; bit 2: estimated;
/// bit 3: the use of a metering point was not authorised, its energy counts zero
struct Balance {
    bytes32 member;
    uint64 energyImport;
    uint64 energyExport;
    uint64 bought;
    uint64 sold;
    uint8 flags;
    bytes32 salt;
}

/// @notice Where a balance stands in a batch.
/// The members' tree of a period has its leaves in ascending order of member id; the batch's tree has one leaf per period
/// in time order: keccak256(bytes.concat(keccak256(abi.encode(uint64 periodStart, uint256 totals, bytes32 membersRoot)))).
/// Both trees hash sorted pairs (OpenZeppelin MerkleProof); an odd node moves up unchanged.
struct BalanceProof {
    uint64 periodStart;
    PeriodTotals totals;
    bytes32[] toMembersRoot;
    bytes32[] toBatchRoot;
}

/// @notice Commitments to what every member of every community imported, exported, bought and sold, period by period.
interface ISettlement {
    /// @notice Governance named another factory; communities of the previous one stay registered.
    event FactoryChanged(address indexed previous, address indexed current);
    /// @notice A community of the factory is settled here from `startsAt` on, in periods of `periodSeconds`.
    event CommunityRegistered(address indexed community, uint32 periodSeconds, uint64 startsAt);
    /// @notice Revision 0 of a batch, or a correction (revision > 0).
    event BatchSettled(
        address indexed community,
        uint64 indexed start,
        uint32 indexed revision,
        uint16 periods,
        uint32 rules,
        uint64 settledAt,
        uint256 signers,
        bytes32 root,
        PeriodTotals[] totals
    );
    /// @notice A challenge proved `fault` in `period` of this revision: the batch verifies nothing until it is
    /// corrected.
    event BatchFallen(
        address indexed community,
        uint64 indexed start,
        uint32 indexed revision,
        uint64 period,
        address challenger,
        Fault fault
    );

    /// @notice What a challenge proved.
    enum Fault {
        None,
        MemberOrder,
        MemberCount,
        Surplus,
        Demand,
        Bought,
        Sold,
        OverBought,
        OverSold,
        EvenSplit,
        Totals
    }

    /// @notice `community` was not founded by the factory.
    error SettlementCommunityUnknown(address community);
    /// @notice Only the factory registers communities.
    error SettlementOnlyFactory(address caller);
    /// @notice Only a registered community tells its own rules and running state.
    error SettlementOnlyCommunity(address caller);
    /// @notice The period that starts at `start` lies after the stop, or before the first start.
    error SettlementNotRunning(address community, uint64 start);
    /// @notice A batch begins where the one before ended: at `expected`, epoch seconds.
    error SettlementGapOrOverlap(uint64 given, uint64 expected);
    /// @notice A batch has 1 to `most` periods.
    error SettlementBatchSize(uint256 given, uint256 most);
    /// @notice One word of totals for each period of the report.
    error SettlementTotalsCount(uint256 given, uint256 expected);
    /// @notice The last period ends at `end`, after the block time `time`.
    error SettlementPeriodNotOver(uint64 end, uint64 time);
    /// @notice The version in force at the first period is `inForce`.
    error SettlementRulesNotInForce(uint32 given, uint32 inForce);
    /// @notice Another version comes into force at `at`, inside the batch: split it there.
    error SettlementRulesChangeInside(uint64 at);
    /// @notice The word of totals has no member or something in its low 24 bits.
    error SettlementTotalsMalformed(uint64 period, uint256 totals);
    /// @notice T must be min(surplus, demand), `expected` Wh (at most that where the rules are not exact).
    error SettlementShared(uint64 period, uint256 shared, uint256 expected);
    /// @notice A correction is exactly one revision above the current one.
    error SettlementRevision(uint32 given, uint32 expected);
    /// @notice The batch given is not the one stored: its hash is `given`.
    error SettlementBatchMismatch(bytes32 given, bytes32 stored);
    /// @notice The window for this ended at `closedAt`.
    error SettlementWindowClosed(uint64 closedAt, uint64 time);
    /// @notice The signatures were valid up to `deadline`.
    error SettlementReportExpired(uint64 deadline, uint64 time);
    /// @notice The balances shown do not hash to the members' root of `period`.
    error SettlementNotMembersTree(uint64 period);
    /// @notice At most `most` members are recomputed on chain.
    error SettlementChallengeTooLarge(uint256 members, uint256 most);
    /// @notice The period shown has no fault.
    error SettlementChallengeUnfounded();
    /// @notice A root of zero would commit to nothing.
    error SettlementRootZero();

    /// @notice Settles the next batch of a community with a quorum of signatures: 64 bytes each (r ‖ vs, ERC-2098), one
    /// behind the other, ascending by signer address. Anybody may submit it. At most 128 periods; all of them over, running
    /// and under one rule version.
    function settle(bytes calldata signatures, Report calldata report, PeriodTotals[] calldata totals) external;

    /// @notice Supersedes `previous` by the next revision over the same periods and rules, inside the correction window.
    /// A fallen batch may be corrected at any time, and its windows count anew from then.
    function correct(
        Batch calldata previous,
        bytes calldata signatures,
        Report calldata report,
        PeriodTotals[] calldata totals
    ) external;

    /// @notice Shows that a period of a batch is wrong: its whole members' tree is given, recomputed and compared
    /// (count, order, sums, bounds, and the even split where the rules are plain even). The batch falls, the signers' bonds
    /// are taken and their reward is the caller's to claim. Members at most 256, in ascending order of id wherever the tree
    /// allows it: sorted pairs hide which of two sibling subtrees comes first, so an order that can be mended by swapping
    /// them proves nothing.
    /// @dev Open for `challengeWindow()`, twice the correction window: a correction made at the last moment stays open to
    /// challenge for a whole correction window. Warning: who colludes to a quorum may challenge their own batch first and so
    /// keep their bonds; and leaves that nobody shows cannot be challenged. Both need a dishonest quorum.
    /// @param index the period's place in the batch
    /// @param totals the word of totals in the period's leaf of the batch tree
    function challenge(
        Batch calldata batch,
        PeriodTotals[] calldata batchTotals,
        uint256 index,
        PeriodTotals totals,
        Balance[] calldata balances,
        bytes32[] calldata toBatchRoot
    ) external;

    /// @notice Whether `balance` is in `batch` and `batch` is the current revision.
    function verifyBalance(
        Batch calldata batch,
        Balance calldata balance,
        BalanceProof calldata proof
    ) external view returns (bool);

    /// @notice Seconds after revision 0 (or the repair of a fallen batch) in which a batch may be corrected.
    function correctionWindow() external view returns (uint64);
    /// @notice Seconds in which a batch may be challenged: twice the correction window.
    function challengeWindow() external view returns (uint64);
    /// @notice Hash of the current revision of the batch of `community` that starts at `start`; 0 when there is none.
    function batchHash(address community, uint64 start) external view returns (bytes32);
    /// @notice Start of the next period to settle.
    function nextPeriod(address community) external view returns (uint64);
    /// @notice Settlement goes up to this time; type(uint64).max while running, `startsAt` before the first start.
    function settlesUntil(address community) external view returns (uint64);
    /// @notice The nonce of the next report: the number of batches settled and corrected so far.
    function nonce(address community) external view returns (uint256);

    /// @notice Governance names the factory whose communities are settled here.
    function setFactory(address factory) external;
    /// @notice The factory whose communities are settled here.
    function factory() external view returns (address);
    /// @notice Called by the factory for a new community.
    function registerCommunity(address community, uint32 periodSeconds, uint64 startsAt) external;
    /// @notice Called by a community when its rules or its running state change.
    function rulesCommitted(uint32 version, uint64 from, bool plainEven, bool exact) external;
    /// @dev `from` moves the next period ahead over periods in which nobody is a member; 0 leaves it.
    function running(uint64 from, uint64 until) external;
}
