// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice Independent oracle nodes, m of n, each with a bond that a proven false report takes.
/// @dev A seat number is given once and never reused, so a set of signers is a bitmap for ever (at most 256 seats).
interface IOracleCommittee {
    enum NodeStatus {
        None,
        Seated,
        Leaving,
        Removed
    }

    event NodeSeated(address indexed node, uint8 seat);
    event BondPosted(address indexed node, uint256 amount, uint256 bond);
    /// @notice The node signs no more; its bond is free at `freeAt`, when nothing it signed can be challenged.
    event NodeLeaving(address indexed node, uint64 freeAt);
    event NodeRemoved(address indexed node);
    event BondWithdrawn(address indexed node, uint256 amount);
    event BondTaken(address indexed node, address indexed challenger, uint256 amount);
    event RewardClaimed(address indexed challenger, uint256 amount);
    event QuorumChanged(uint8 previous, uint8 current);

    error CommitteeNodeExists(address node);
    error CommitteeNodeNotSeated(address node);
    error CommitteeBondTooSmall(uint256 given, uint256 needed);
    error CommitteeBondLocked(address node, uint64 freeAt);
    error CommitteeQuorumNotMet(uint256 given, uint256 needed);
    error CommitteeSignersNotAscending(address previous, address current);
    error CommitteeQuorumOutOfRange(uint8 given, uint256 seats);
    error CommitteeSeatsExhausted();
    error CommitteeNothingToClaim(address claimant);
    error CommitteePaymentFailed(address to, uint256 amount);

    /// @notice Governance seats a node; it signs only once its bond is posted.
    function seat(address node) external;
    /// @notice Governance ends a node's seat as if it had left by itself.
    function unseat(address node) external;
    function setQuorum(uint8 quorum) external;
    /// @notice A seated node adds to its bond, up to at least the minimum.
    function postBond() external payable;
    function leaveCommittee() external;
    function withdrawBond() external;
    function claimReward() external;

    function quorum() external view returns (uint8);
    function minimumBond() external view returns (uint256);
    function bondOf(address node) external view returns (uint256);
    function rewardOf(address challenger) external view returns (uint256);
    function statusOf(address node) external view returns (NodeStatus);
    function nodes() external view returns (address[] memory);
}
