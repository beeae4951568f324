// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IAccountRegistry} from "../accounts/IAccountRegistry.sol";
import {Governed} from "../governance/Governed.sol";
import {IDidRegistry} from "../identity/IDidRegistry.sol";
import {InnovationProposal, InnovationRequest, InnovationState, IOpenInnovation} from "./IOpenInnovation.sol";
import {SERVICE_PROVIDER, SERVICE_USER} from "./IRepresentatives.sol";
import {Parties} from "./Parties.sol";

/// @title Wishes, and proposals to fulfil them
contract OpenInnovation is IOpenInnovation, Parties, Governed {
    /// @custom:storage-location erc7201:opem.storage.OpenInnovation
    struct InnovationStorage {
        mapping(bytes32 id => InnovationRequest) requests;
        mapping(bytes32 id => InnovationProposal) proposals;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("opem.storage.OpenInnovation")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0x8e0aad342e82e7fc8e4e83b6d176461ffd9fd2ae56ac42544582ddbf91dfcd00;

    constructor(IDidRegistry dids, IAccountRegistry accounts) Parties(dids, accounts) {}

    /// @notice Called once, with the making of the proxy.
    function initialise(address authority) external initializer {
        __AccessManaged_init(authority);
    }

    /// @inheritdoc IOpenInnovation
    function request(bytes32 id, address user, bytes32 content, uint40 closesAt) external {
        if (_storage().requests[id].state != InnovationState.None) revert InnovationExists(id);
        if (content == 0) revert InnovationWithoutContent(id);
        if (closesAt <= block.timestamp) revert InnovationClosesInThePast(closesAt, block.timestamp);
        _checkActive(user, SERVICE_USER);
        _checkActing(user, SERVICE_USER);

        _storage().requests[id] = InnovationRequest(user, closesAt, InnovationState.Open, content, 0);
        emit InnovationRequested(id, user, content, closesAt);
    }

    /// @inheritdoc IOpenInnovation
    function withdrawRequest(bytes32 id) external {
        InnovationRequest storage wish = _openRequest(id);
        _checkActing(wish.user, SERVICE_USER);
        _changeRequest(id, wish, InnovationState.Withdrawn);
    }

    /// @inheritdoc IOpenInnovation
    function propose(bytes32 requestId, bytes32 proposalId, address provider, bytes32 content) external {
        InnovationRequest storage wish = _openRequest(requestId);
        if (block.timestamp >= wish.closesAt) revert InnovationClosed(requestId, wish.closesAt, block.timestamp);
        if (_storage().proposals[proposalId].state != InnovationState.None) revert InnovationExists(proposalId);
        if (content == 0) revert InnovationWithoutContent(proposalId);
        _checkActive(provider, SERVICE_PROVIDER);
        _checkActing(provider, SERVICE_PROVIDER);

        _storage().proposals[proposalId] = InnovationProposal(provider, InnovationState.Open, requestId, content);
        emit InnovationProposed(requestId, proposalId, provider, content);
    }

    /// @inheritdoc IOpenInnovation
    function withdrawProposal(bytes32 proposalId) external {
        InnovationProposal storage proposal = _openProposal(proposalId);
        _checkActing(proposal.provider, SERVICE_PROVIDER);
        _changeProposal(proposalId, proposal, InnovationState.Withdrawn);
    }

    /// @inheritdoc IOpenInnovation
    function choose(bytes32 requestId, bytes32 proposalId) external {
        InnovationRequest storage wish = _openRequest(requestId);
        InnovationProposal storage proposal = _openProposal(proposalId);
        if (proposal.request != requestId) {
            revert InnovationProposalOfAnother(proposalId, requestId, proposal.request);
        }
        _checkActive(wish.user, SERVICE_USER);
        _checkActing(wish.user, SERVICE_USER);

        wish.chosen = proposalId;
        _changeRequest(requestId, wish, InnovationState.Chosen);
        _changeProposal(proposalId, proposal, InnovationState.Chosen);
    }

    /// @inheritdoc IOpenInnovation
    function requestOf(bytes32 id) external view returns (InnovationRequest memory) {
        return _storage().requests[id];
    }

    /// @inheritdoc IOpenInnovation
    function proposalOf(bytes32 id) external view returns (InnovationProposal memory) {
        return _storage().proposals[id];
    }

    function _changeRequest(bytes32 id, InnovationRequest storage wish, InnovationState current) private {
        wish.state = current;
        emit RequestStateChanged(id, InnovationState.Open, current, msg.sender);
    }

    function _changeProposal(bytes32 id, InnovationProposal storage proposal, InnovationState current) private {
        proposal.state = current;
        emit ProposalStateChanged(proposal.request, id, InnovationState.Open, current, msg.sender);
    }

    function _openRequest(bytes32 id) private view returns (InnovationRequest storage wish) {
        wish = _storage().requests[id];
        if (wish.state != InnovationState.Open) revert InnovationRequestInState(id, wish.state);
    }

    function _openProposal(bytes32 id) private view returns (InnovationProposal storage proposal) {
        proposal = _storage().proposals[id];
        if (proposal.state != InnovationState.Open) revert InnovationProposalInState(id, proposal.state);
    }

    function _storage() private pure returns (InnovationStorage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE
        }
    }
}
