// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

interface IToken {
    function transfer(address to, uint256 amount) external returns (bool);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

/// @notice The baseline: listings, agreements and payment channels whose terms all stand in storage, as the first design that
/// comes to mind has it. Callers are believed by their address alone: no accounts, no representatives, no approval by an
/// operator, one signature less for an agreement. Cheaper in what it checks, dearer in what it keeps.
contract StoredTerms {
    struct Listing {
        address provider;
        uint8 kind;
        bool active;
        uint32 version;
        string name;
        string cid;
    }

    struct Agreement {
        bytes32 listing;
        uint32 version;
        address provider;
        address consumer;
        bytes32 terms;
        uint8 plan;
        uint256 price;
        uint256 interval;
        uint256 start;
        uint256 end;
        uint256 notice;
        uint256 concludedAt;
    }

    struct Channel {
        address consumer;
        address provider;
        uint256 funded;
        uint256 claimed;
    }

    event Published(bytes32 indexed id, address indexed provider, string name, string cid);
    event Concluded(bytes32 indexed id, address indexed provider, address indexed consumer);
    event Claimed(bytes32 indexed id, uint256 cumulative, uint256 paid);

    IToken private immutable _token;
    mapping(bytes32 id => Listing) private _listings;
    mapping(bytes32 id => Agreement) private _agreements;
    mapping(bytes32 id => Channel) private _channels;

    constructor(IToken token) {
        _token = token;
    }

    function publish(bytes32 id, uint8 kind, string calldata name, string calldata cid) external {
        require(_listings[id].provider == address(0), "exists");
        _listings[id] = Listing(msg.sender, kind, true, 1, name, cid);
        emit Published(id, msg.sender, name, cid);
    }

    /// @dev By the consumer; the provider is the listing's, and bound by having listed it.
    function conclude(bytes32 id, Agreement calldata agreement) external {
        require(_agreements[id].concludedAt == 0, "exists");
        require(_listings[agreement.listing].active, "not listed");
        require(agreement.consumer == msg.sender, "not the consumer");
        require(agreement.provider == _listings[agreement.listing].provider, "not the provider");
        _agreements[id] = agreement;
        _agreements[id].concludedAt = block.timestamp;
        emit Concluded(id, agreement.provider, msg.sender);
    }

    function open(bytes32 id, address provider, uint256 amount) external {
        require(_channels[id].consumer == address(0), "exists");
        _channels[id] = Channel(msg.sender, provider, amount, 0);
        require(_token.transferFrom(msg.sender, address(this), amount), "not paid");
    }

    /// @dev Pays the provider at once, token transfer and all.
    function claim(bytes32 id, uint256 cumulative, uint8 v, bytes32 r, bytes32 s) external {
        Channel storage channel = _channels[id];
        bytes32 digest = keccak256(
            abi.encodePacked(
                "\x19Ethereum Signed Message:\n32",
                keccak256(abi.encode(block.chainid, address(this), id, cumulative))
            )
        );
        require(ecrecover(digest, v, r, s) == channel.consumer, "not signed");
        require(cumulative > channel.claimed && cumulative <= channel.funded, "out of range");
        uint256 paid = cumulative - channel.claimed;
        channel.claimed = cumulative;
        emit Claimed(id, cumulative, paid);
        require(_token.transfer(channel.provider, paid), "not paid");
    }
}
