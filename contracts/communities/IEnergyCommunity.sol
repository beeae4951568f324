// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice How shared energy is divided among members.
enum AllocationKey {
    Even,
    ProRata,
    Static,
    Calendar,
    Priority
}

/// @notice One version of a community's trading rules, in force from `from` until the next version starts.
/// @param from start of its first delivery period
/// @param key the allocation key
/// @param plain true when the key has no option that the chain cannot see (no cap, no second input):
/// only then may the even split be challenged on chain
/// @param exact true when everything that can be shared must be shared (T = min(supply, demand));
/// false for keys with a single round, which may leave a part unallocated (T <= min)
/// @param rulesHash keccak256 of the canonical rules document (allocation options and tariffs), held by the marketplace
struct RuleVersion {
    uint64 from;
    AllocationKey key;
    bool plain;
    bool exact;
    bytes32 rulesHash;
}

/// @notice A metering point as the chain knows it.
/// @param id keccak256(salt key of the member (32 bytes) ‖ UTF-8 meter id): says nothing without the salt key
/// @param participation the part of its energy that takes part, 1–100 %: a meter may serve several communities
struct MeteringPoint {
    bytes32 id;
    uint8 participation;
}

/// @notice A membership. `until` is type(uint64).max while the member has not left.
struct Membership {
    bytes32 member;
    address account;
    uint64 from;
    uint64 until;
}

/// @notice One Citizen Energy Community: its administrator, members, metering points, rules, start and stop.
interface IEnergyCommunity {
    /// @notice `member` takes part from the period that starts at `from`; `account` signed the consent.
    event MemberJoined(bytes32 indexed member, address indexed account, uint64 from);
    /// @notice A metering point of `member` takes part with `participation` per cent of its energy from `from` on.
    event MeteringPointAssigned(
        bytes32 indexed member,
        bytes32 indexed meteringPoint,
        uint8 participation,
        uint64 from
    );
    /// @notice `member` takes part in no period that starts at or after `until`.
    event MemberLeft(bytes32 indexed member, address indexed account, uint64 until);
    /// @notice Version `version` is in force from `from` on; `rulesHash` is keccak256 of its canonical document.
    event RulesCommitted(
        uint32 indexed version,
        uint64 from,
        AllocationKey key,
        bool plain,
        bool exact,
        bytes32 rulesHash
    );
    /// @notice Settlement began, or goes on after a stop.
    event Started(uint64 at);
    /// @notice No period that starts at or after `at` is settled.
    event Stopped(uint64 at);
    /// @notice The administration passed from `previous` to `current`.
    event AdministratorChanged(address indexed previous, address indexed current);

    /// @notice Only `administrator` may do this.
    error CommunityNotAdministrator(address caller, address administrator);
    /// @notice Times stand on period boundaries: multiples of `periodSeconds` since the epoch.
    error CommunityNotOnPeriod(uint64 given, uint32 periodSeconds);
    /// @notice The earliest possible time is `earliest`, epoch seconds.
    error CommunityInThePast(uint64 given, uint64 earliest);
    /// @notice The member id was used already; ids are never used twice.
    error CommunityMemberExists(bytes32 member);
    /// @notice Nobody joined with this id.
    error CommunityMemberUnknown(bytes32 member);
    /// @notice The member has said already that it leaves at `until`.
    error CommunityMemberLeft(bytes32 member, uint64 until);
    /// @notice The consent was signed by `recovered`, or for other terms than these.
    error CommunityConsentInvalid(address expected, address recovered);
    /// @notice The consent was valid up to `deadline`.
    error CommunityConsentExpired(uint256 deadline, uint256 time);
    /// @notice A member has 1 to `most` metering points.
    error CommunityMeteringPoints(uint256 given, uint256 most);
    /// @notice The metering point takes part through another membership.
    error CommunityMeteringPointTaken(bytes32 meteringPoint);
    /// @notice Participation is 1 to 100 per cent.
    error CommunityParticipation(uint8 given);
    /// @notice A version starts after the one before.
    error CommunityRulesOrder(uint64 from, uint64 previous);
    /// @notice Rules are committed ahead: the earliest possible start is `earliest`.
    error CommunityRulesTooLate(uint64 from, uint64 earliest);
    /// @notice There is no such version.
    error CommunityRulesUnknown(uint32 version);
    /// @notice Settlement runs already.
    error CommunityAlreadyRunning();
    /// @notice Settlement does not run.
    error CommunityNotRunning();
    /// @notice A community is initialised once, by its factory.
    error CommunityAlreadyInitialised();
    /// @notice The zero address can neither join nor administer.
    error CommunityAddressZero();
    /// @notice Nothing can be settled while nobody is a member.
    error CommunityWithoutMembers();
    /// @notice Only the factory initialises communities.
    error CommunityOnlyFactory(address caller);

    /// @notice Adds a member with the member's own EIP-712 consent.
    /// Typed data: domain {name "OPEM Community", version "1", chainId, verifyingContract = this community}, type
    /// `Join(bytes32 member,address account,uint64 from,MeteringPoint[] meteringPoints,uint256 nonce,uint256 deadline)`
    /// `MeteringPoint(bytes32 id,uint8 participation)`; nonce = `nonces(account)`.
    /// @dev Administrator only. `from` on a period boundary, not before the next unsettled period, and not in the past
    /// unless the community is historic. At most 8 metering points.
    function join(
        bytes32 member,
        address account,
        uint64 from,
        MeteringPoint[] calldata meteringPoints,
        uint256 deadline,
        bytes calldata consent
    ) external;

    /// @notice Ends a membership at a period boundary, by the member's account itself, or by the administrator with the
    /// member's EIP-712 consent `Leave(bytes32 member,uint64 until,uint256 nonce,uint256 deadline)`.
    /// @dev The member's own call passes an empty consent.
    function leave(bytes32 member, uint64 until, uint256 deadline, bytes calldata consent) external;

    /// @notice Commits the next rule version ahead of its first period.
    /// @dev Administrator only; `from` after the last version's start, after the present and after the last settled period.
    function commitRules(RuleVersion calldata rules) external returns (uint32 version);

    /// @notice Starts settlement at the next unsettled period, or resumes it there after a stop; periods in which nobody
    /// is a member are passed over. Needs at least one member.
    function start() external;

    /// @notice Stops settlement at `at`, a period boundary not before the next unsettled period.
    function stop(uint64 at) external;

    /// @notice The administrator hands the administration to `next`, at once.
    function transferAdministration(address next) external;

    /// @notice Who adds members, commits rules, starts and stops.
    function administrator() external view returns (address);
    /// @notice Length of a delivery period: 900 or 3600 seconds.
    function periodSeconds() external view returns (uint32);
    /// @notice Whether the first rules were committed after their first period.
    function historic() external view returns (bool);
    /// @notice The nonce of the next consent of `account`.
    function nonces(address account) external view returns (uint256);
    /// @notice The number of memberships so far, ended ones included.
    function memberCount() external view returns (uint256);
    /// @notice A page of memberships in order of joining.
    function members(uint256 offset, uint256 limit) external view returns (Membership[] memory);
    /// @notice The membership of `member`; `until` is type(uint64).max while it stays.
    function membership(bytes32 member) external view returns (Membership memory);
    /// @notice The metering points of `member`, at most 8.
    function meteringPoints(bytes32 member) external view returns (MeteringPoint[] memory);
    /// @notice The number of rule versions.
    function rulesCount() external view returns (uint32);
    /// @notice Rule version `version`, counted from 1.
    function rules(uint32 version) external view returns (RuleVersion memory);
    /// @notice The version in force for the period that starts at `start`.
    function rulesInForce(uint64 start) external view returns (uint32 version);
}
