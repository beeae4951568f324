// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IOracleCommittee} from "./IOracleCommittee.sol";

/// @title Independent oracle nodes, m of n, each with a bond
abstract contract OracleCommittee is IOracleCommittee, AccessManaged {
    using SafeCast for uint256;

    /// @dev One slot. A settlement reads nothing else of the committee, so it carries the quorum as well.
    /// @param quorum the committee's quorum while the node may sign (seated, bond posted), else 0
    struct Node {
        uint8 seat;
        uint8 quorum;
        NodeStatus status;
        uint64 freeAt;
        uint128 bond;
    }

    uint256 private constant SEATS = 256;
    uint256 private constant SIGNATURE = 64;
    uint256 private immutable _minimumBond;
    uint64 private immutable _exitDelay;

    uint8 private _quorum;
    uint16 private _seated;
    address[] private _seats;
    mapping(address node => Node) private _nodes;
    mapping(address challenger => uint256) private _rewards;

    constructor(uint8 quorum_, uint256 minimumBond_, uint64 exitDelay) {
        if (quorum_ == 0) revert CommitteeQuorumOutOfRange(quorum_, 0);
        (_minimumBond, _exitDelay) = (minimumBond_, exitDelay);
        _quorum = quorum_;
        emit QuorumChanged(0, quorum_);
    }

    /// @inheritdoc IOracleCommittee
    function seat(address node) external restricted {
        Node storage given = _nodes[node];
        if (given.status == NodeStatus.Seated || given.status == NodeStatus.Leaving) revert CommitteeNodeExists(node);
        uint256 number = _seats.length;
        if (number == SEATS) revert CommitteeSeatsExhausted();

        _seats.push(node);
        ++_seated;
        // Below 256 as just checked.
        (given.seat, given.status, given.freeAt) = (uint8(number), NodeStatus.Seated, 0);
        emit NodeSeated(node, uint8(number));
    }

    /// @inheritdoc IOracleCommittee
    function unseat(address node) external restricted {
        _leave(node);
    }

    /// @inheritdoc IOracleCommittee
    function setQuorum(uint8 quorum_) external restricted {
        if (quorum_ == 0 || quorum_ > _seated) revert CommitteeQuorumOutOfRange(quorum_, _seated);
        uint8 previous = _quorum;
        _quorum = quorum_;
        for (uint256 i = 0; i < _seats.length; ++i) {
            Node storage node = _nodes[_seats[i]];
            if (node.quorum != 0) node.quorum = quorum_;
        }
        emit QuorumChanged(previous, quorum_);
    }

    /// @inheritdoc IOracleCommittee
    function postBond() external payable {
        Node storage node = _nodes[msg.sender];
        if (node.status != NodeStatus.Seated) revert CommitteeNodeNotSeated(msg.sender);
        uint256 bond = node.bond + msg.value;
        if (bond < _minimumBond) revert CommitteeBondTooSmall(bond, _minimumBond);

        (node.bond, node.quorum) = (bond.toUint128(), _quorum);
        emit BondPosted(msg.sender, msg.value, bond);
    }

    /// @inheritdoc IOracleCommittee
    function leaveCommittee() external {
        _leave(msg.sender);
    }

    /// @inheritdoc IOracleCommittee
    function withdrawBond() external {
        Node storage node = _nodes[msg.sender];
        NodeStatus status = node.status;
        if (status == NodeStatus.Seated) revert CommitteeBondLocked(msg.sender, type(uint64).max);
        if (status != NodeStatus.Leaving) revert CommitteeNodeNotSeated(msg.sender);
        if (block.timestamp < node.freeAt) revert CommitteeBondLocked(msg.sender, node.freeAt);

        uint256 bond = node.bond;
        (node.status, node.bond) = (NodeStatus.Removed, 0);
        emit BondWithdrawn(msg.sender, bond);
        emit NodeRemoved(msg.sender);
        _pay(msg.sender, bond);
    }

    /// @inheritdoc IOracleCommittee
    function claimReward() external {
        uint256 reward = _rewards[msg.sender];
        if (reward == 0) revert CommitteeNothingToClaim(msg.sender);
        _rewards[msg.sender] = 0;
        emit RewardClaimed(msg.sender, reward);
        _pay(msg.sender, reward);
    }

    /// @inheritdoc IOracleCommittee
    function quorum() external view returns (uint8) {
        return _quorum;
    }

    /// @inheritdoc IOracleCommittee
    function minimumBond() external view returns (uint256) {
        return _minimumBond;
    }

    /// @inheritdoc IOracleCommittee
    function bondOf(address node) external view returns (uint256) {
        return _nodes[node].bond;
    }

    /// @inheritdoc IOracleCommittee
    function rewardOf(address challenger) external view returns (uint256) {
        return _rewards[challenger];
    }

    /// @inheritdoc IOracleCommittee
    function statusOf(address node) external view returns (NodeStatus) {
        return _nodes[node].status;
    }

    /// @inheritdoc IOracleCommittee
    function nodes() external view returns (address[] memory) {
        return _seats;
    }

    /// @dev The signers of `digest` as a bitmap of seats: a quorum of seated nodes with their bonds, ascending by address.
    /// A signature that is none recovers address zero, which is never ascending. Malleable signatures do no harm: signers
    /// count once, and the nonce in the digest is used once.
    function _checkQuorum(bytes32 digest, bytes calldata signatures) internal view returns (uint256 signers) {
        uint256 previous = 0;
        uint256 needed = type(uint8).max;
        unchecked {
            // Counters of calldata bytes: far from 256 bits.
            for (uint256 at = 0; at < signatures.length; at += SIGNATURE) {
                uint256 signer = _recover(digest, signatures, at);
                if (signer <= previous) {
                    revert CommitteeSignersNotAscending(address(uint160(previous)), address(uint160(signer)));
                }
                uint256 node = _wordOf(address(uint160(signer)));
                needed = (node >> 8) & 0xff; // Node.quorum
                if (needed == 0) _refuseSigner(address(uint160(signer)));
                signers |= 1 << (node & 0xff); // Node.seat
                previous = signer;
            }
            if (signatures.length < needed * SIGNATURE) {
                revert CommitteeQuorumNotMet(signatures.length / SIGNATURE, _quorum);
            }
        }
    }

    /// @dev The signer of the 64 bytes r ‖ vs (ERC-2098) at `at`. Bytes read past the end are zero or foreign and recover
    /// nobody seated.
    function _recover(bytes32 digest, bytes calldata signatures, uint256 at) private view returns (uint256 signer) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            let from := add(signatures.offset, at)
            let vs := calldataload(add(from, 0x20))
            mstore(free, digest)
            mstore(add(free, 0x20), add(27, shr(255, vs)))
            mstore(add(free, 0x40), calldataload(from))
            mstore(add(free, 0x60), shr(1, shl(1, vs)))
            mstore(0, 0) // stays when the precompile answers nothing
            pop(staticcall(gas(), 1, free, 0x80, 0, 0x20))
            signer := mload(0)
        }
    }

    function _refuseSigner(address signer) private view {
        if (_nodes[signer].status != NodeStatus.Seated) revert CommitteeNodeNotSeated(signer);
        revert CommitteeBondTooSmall(_nodes[signer].bond, _minimumBond);
    }

    /// @dev A node's slot in one read.
    function _wordOf(address signer) private view returns (uint256 word) {
        Node storage node = _nodes[signer];
        assembly ("memory-safe") {
            word := sload(node.slot)
        }
    }

    /// @dev Takes the bonds of all `signers` for `challenger`. They sign no more until they post again.
    function _takeBonds(uint256 signers, address challenger) internal {
        uint256 reward = 0;
        for (uint256 number = 0; signers != 0; (++number, signers >>= 1)) {
            if (signers & 1 == 0) continue;
            address signer = _seats[number];
            uint256 bond = _nodes[signer].bond;
            if (bond == 0) continue;
            (_nodes[signer].bond, _nodes[signer].quorum) = (0, 0);
            reward += bond;
            emit BondTaken(signer, challenger, bond);
        }
        _rewards[challenger] += reward;
    }

    function _leave(address node) private {
        Node storage leaving = _nodes[node];
        if (leaving.status != NodeStatus.Seated) revert CommitteeNodeNotSeated(node);
        uint64 freeAt = uint64(block.timestamp) + _exitDelay;
        (leaving.status, leaving.freeAt, leaving.quorum) = (NodeStatus.Leaving, freeAt, 0);
        --_seated;
        emit NodeLeaving(node, freeAt);
    }

    function _pay(address to, uint256 amount) private {
        (bool paid, ) = to.call{value: amount}("");
        if (!paid) revert CommitteePaymentFailed(to, amount);
    }
}
