// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IRepresentatives} from "../marketplace/IRepresentatives.sol";

/// @notice What each party has in escrow, in token units (micro-EUR).
///
/// The token is one that moves exactly what it is told to: a deposit of which less (or more) arrives is refused.
interface IPurses is IRepresentatives {
    event Deposited(address indexed party, uint96 amount, uint128 balance, address from);
    /// @param to the owner of the party's DID
    event Withdrawn(address indexed party, uint96 amount, uint128 balance, address to);
    event FeesWithdrawn(address indexed provider, uint128 amount, address treasury);
    event TreasuryChanged(address previous, address current);

    error EscrowNothing();
    error EscrowDepositIncomplete(uint256 arrived, uint256 expected);
    error EscrowBalanceTooLow(address party, uint256 needed, uint256 available);
    error EscrowBatch(uint256 given, uint256 most);
    error EscrowTreasuryMissing();

    /// @notice Puts the caller's tokens into a party's purse, anybody's.
    function deposit(address party, uint96 amount) external;

    /// @notice The same, with the caller's permit (ERC-2612) in the same transaction. A permit that was used before counts as
    /// the allowance that it left.
    function depositWithPermit(address party, uint96 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Pays out to the owner of the party's DID, whoever of its representatives asks.
    /// @dev By somebody who acts for the party in any role.
    function withdraw(address party, uint96 amount) external;

    /// @notice Pays the fees on what these providers earned to the treasury.
    /// @dev By anybody; 1 to 64 providers.
    function withdrawFees(address[] calldata providers) external;

    /// @dev Governor only, after the timelock.
    function setTreasury(address treasury) external;

    function treasury() external view returns (address);

    /// @notice The token that everything here is counted in.
    function token() external view returns (address);

    /// @notice What a party can pay with or withdraw.
    function availableOf(address party) external view returns (uint128);

    /// @notice Fees on what a provider earned that the treasury has not had yet.
    function feesOf(address provider) external view returns (uint128);
}
