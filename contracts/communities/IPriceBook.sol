// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice All prices of a series in `[from, until)`, epoch seconds.
/// @param hash keccak256 of the prices in time order, each packed as
/// `uint64 start ‖ uint32 seconds ‖ int64 µEUR per kWh` (20 bytes)
struct PriceSegment {
    uint64 from;
    uint64 until;
    bytes32 hash;
}

/// @notice Market prices that tariffs refer to, committed once they are known: whoever prices a period with a day-ahead
/// series can show with which prices, and nobody can exchange them later unnoticed.
/// @dev Warning: that a committed price is the market's own is the publisher's word; that it stays the same is the chain's.
interface IPriceBook {
    /// @notice Prices of `[from, until)` were committed for the first time.
    event PricesCommitted(bytes32 indexed series, uint64 indexed from, uint64 until, bytes32 hash);
    /// @notice The publisher stated other prices for a committed segment: both stay on record, the last one counts.
    event PricesRestated(
        bytes32 indexed series,
        uint64 indexed from,
        uint64 until,
        uint32 revision,
        bytes32 previous,
        bytes32 hash
    );

    /// @notice A segment begins where the one before ended, or later: `earliest`.
    error PriceBookOverlap(bytes32 series, uint64 from, uint64 earliest);
    /// @notice A segment ends after it begins.
    error PriceBookSegmentEmpty(bytes32 series, uint64 from, uint64 until);
    /// @notice One call commits 1 to `most` segments.
    error PriceBookSegmentCount(uint256 given, uint256 most);
    /// @notice No committed segment of the series begins at `from`.
    error PriceBookSegmentUnknown(bytes32 series, uint64 from);
    /// @notice The segment's current hash is `current`: what was to be restated is not what stands.
    error PriceBookNotCurrent(bytes32 series, uint64 from, bytes32 given, bytes32 current);

    /// @notice Commits segments of a series in time order, after everything committed so far. At most 64 in one call.
    /// @dev Price publisher only.
    /// @param series keccak256 of the series' name (UTF-8)
    function commitPrices(bytes32 series, PriceSegment[] calldata segments) external;

    /// @notice States other prices for a committed segment.
    /// @dev Price publisher only. Statements made with the earlier prices change: auditors see both.
    /// @param previous the hash that stands now
    function restatePrices(bytes32 series, uint64 from, bytes32 previous, bytes32 hash) external;

    /// @notice The segment that begins at `from` and how often it was restated; all zero when there is none.
    function segment(bytes32 series, uint64 from) external view returns (uint64 until, uint32 revision, bytes32 hash);

    /// @notice End of the last committed segment: the next one begins here or later.
    function committedUntil(bytes32 series) external view returns (uint64);
}
