// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice Independent oracle nodes, m of n, each with a bond that a proven false report takes.
/// @dev A seat number is given once and never reused, so a set of signers is a bitmap for ever (at most 256 seats).
interface IOracleCommittee {
    /// @notice Seated: signs once its bond is posted. Leaving: signs no more, its bond waits. Removed: its bond is
    /// gone.
    enum NodeStatus {
        None,
        Seated,
        Leaving,
        Removed
    }

    /// @notice Governance gave `node` the seat number `seat`, its bit in every bitmap of signers.
    event NodeSeated(address indexed node, uint8 seat);
    /// @notice `node` added `amount` wei; its bond is now `bond` wei.
    event BondPosted(address indexed node, uint256 amount, uint256 bond);
    /// @notice The node signs no more; its bond is free at `freeAt`, when nothing it signed can be challenged.
    event NodeLeaving(address indexed node, uint64 freeAt);
    /// @notice The node withdrew its bond or lost it: its seat is empty for ever.
    event NodeRemoved(address indexed node);
    /// @notice A node that had left took its bond back, wei.
    event BondWithdrawn(address indexed node, uint256 amount);
    /// @notice A proven false report cost the node its bond; it is the challenger's to claim, wei.
    event BondTaken(address indexed node, address indexed challenger, uint256 amount);
    /// @notice A challenger took the bonds it had won, wei.
    event RewardClaimed(address indexed challenger, uint256 amount);
    /// @notice Governance changed how many signatures a report needs.
    event QuorumChanged(uint8 previous, uint8 current);

    /// @notice The node is seated, or leaving, already.
    error CommitteeNodeExists(address node);
    /// @notice The account holds no seat.
    error CommitteeNodeNotSeated(address node);
    /// @notice The bond would be `given` wei and must be at least `needed`.
    error CommitteeBondTooSmall(uint256 given, uint256 needed);
    /// @notice What the node signed can be challenged up to `freeAt`.
    error CommitteeBondLocked(address node, uint64 freeAt);
    /// @notice `given` signatures of seated nodes with a bond; `needed` are needed.
    error CommitteeQuorumNotMet(uint256 given, uint256 needed);
    /// @notice Signatures stand in ascending order of their signers, each once.
    error CommitteeSignersNotAscending(address previous, address current);
    /// @notice A quorum is between 1 and the number of seated nodes.
    error CommitteeQuorumOutOfRange(uint8 given, uint256 seats);
    /// @notice All 256 seat numbers were given.
    error CommitteeSeatsExhausted();
    /// @notice No reward waits for the account.
    error CommitteeNothingToClaim(address claimant);
    /// @notice The receiver refused the payment; nothing changed, so that it can be tried again.
    error CommitteePaymentFailed(address to, uint256 amount);

    /// @notice Governance seats a node; it signs only once its bond is posted.
    function seat(address node) external;
    /// @notice Governance ends a node's seat as if it had left by itself.
    function unseat(address node) external;
    /// @notice Governance sets how many signatures a report needs, for every later report.
    function setQuorum(uint8 quorum) external;
    /// @notice A seated node adds to its bond, up to at least the minimum.
    function postBond() external payable;
    /// @notice A node ends its own seat: it signs no more, and its bond is free two correction windows after its last
    /// signature.
    function leaveCommittee() external;
    /// @notice A node that has left takes its bond once nothing it signed can be challenged.
    function withdrawBond() external;
    /// @notice A challenger takes all bonds it has won (pull payment).
    function claimReward() external;

    /// @notice Signatures that a report needs.
    function quorum() external view returns (uint8);
    /// @notice Wei that a node must have posted to sign.
    function minimumBond() external view returns (uint256);
    /// @notice Wei that `node` has posted. One bond stands behind everything the node has signed.
    function bondOf(address node) external view returns (uint256);
    /// @notice Wei that wait for `challenger`.
    function rewardOf(address challenger) external view returns (uint256);
    /// @notice Where `node` stands.
    function statusOf(address node) external view returns (NodeStatus);
    /// @notice Every node ever seated, by seat number (at most 256).
    function nodes() external view returns (address[] memory);
}
