// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @dev Bits of an account's roles (IAccountRegistry.sol).
uint8 constant DATA_PROVIDER = 1;
uint8 constant SERVICE_PROVIDER = 2;
uint8 constant DATA_USER = 4;
uint8 constant SERVICE_USER = 8;
uint8 constant PROVIDING = DATA_PROVIDER | SERVICE_PROVIDER;
uint8 constant USING = DATA_USER | SERVICE_USER;

/// @notice Who acts for a party. A party is the address of a `did:ethr`. Its owner in ERC-1056 acts for it in every role;
/// a delegate of type `opem/<role>` (UTF-8, padded with zeros to 32 bytes: `opem/service-provider`, …) in that role.
interface IRepresentatives {
    /// @param roles bitmap of the roles of which one would do
    error PartyNotActing(address caller, address party, uint8 roles);
    /// @notice Neither a key that acts for the party in the role signed this, nor does the party's owner say that it did.
    error PartySignatureInvalid(address party, uint8 roles, address recovered);
}
