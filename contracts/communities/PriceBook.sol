// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IPriceBook, PriceSegment} from "./IPriceBook.sol";

/// @title Commitments to market prices, segment by segment
contract PriceBook is IPriceBook, AccessManaged {
    struct Stored {
        uint64 until;
        uint32 revision;
        bytes32 hash;
    }

    uint256 private constant MOST_SEGMENTS = 64;

    mapping(bytes32 series => uint64) private _committedUntil;
    mapping(bytes32 series => mapping(uint64 from => Stored)) private _segments;

    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc IPriceBook
    function commitPrices(bytes32 series, PriceSegment[] calldata segments) external restricted {
        uint256 count = segments.length;
        if (count == 0 || count > MOST_SEGMENTS) revert PriceBookSegmentCount(count, MOST_SEGMENTS);
        uint64 earliest = _committedUntil[series];
        for (uint256 i = 0; i < count; ++i) {
            PriceSegment calldata given = segments[i];
            if (given.from < earliest) revert PriceBookOverlap(series, given.from, earliest);
            if (given.until <= given.from) revert PriceBookSegmentEmpty(series, given.from, given.until);

            earliest = given.until;
            _segments[series][given.from] = Stored({until: given.until, revision: 0, hash: given.hash});
            emit PricesCommitted(series, given.from, given.until, given.hash);
        }
        _committedUntil[series] = earliest;
    }

    /// @inheritdoc IPriceBook
    function restatePrices(bytes32 series, uint64 from, bytes32 previous, bytes32 hash) external restricted {
        Stored storage stored = _segments[series][from];
        if (stored.until == 0) revert PriceBookSegmentUnknown(series, from);
        if (stored.hash != previous) revert PriceBookNotCurrent(series, from, previous, stored.hash);

        uint32 revision = stored.revision + 1;
        (stored.revision, stored.hash) = (revision, hash);
        emit PricesRestated(series, from, stored.until, revision, previous, hash);
    }

    /// @inheritdoc IPriceBook
    function segment(bytes32 series, uint64 from) external view returns (uint64 until, uint32 revision, bytes32 hash) {
        Stored storage stored = _segments[series][from];
        return (stored.until, stored.revision, stored.hash);
    }

    /// @inheritdoc IPriceBook
    function committedUntil(bytes32 series) external view returns (uint64) {
        return _committedUntil[series];
    }
}
