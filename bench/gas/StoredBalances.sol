// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice The baseline: what settling costs when every member's balance stands in storage, with an event each.
/// One trusted reporter, no signatures, no proof of sums: cheaper than any honest contract of its kind.
contract StoredBalances {
    struct Account {
        uint128 bought;
        uint128 sold;
    }

    event MemberSettled(bytes32 indexed member, uint64 indexed start, uint64 bought, uint64 sold);

    mapping(bytes32 member => Account) private _accounts;

    function settle(
        uint64 start,
        bytes32[] calldata members,
        uint64[] calldata bought,
        uint64[] calldata sold
    ) external {
        for (uint256 i = 0; i < members.length; ++i) {
            Account storage account = _accounts[members[i]];
            (account.bought, account.sold) = (account.bought + bought[i], account.sold + sold[i]);
            emit MemberSettled(members[i], start, bought[i], sold[i]);
        }
    }
}
