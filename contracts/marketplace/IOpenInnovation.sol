// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IParties} from "./IParties.sol";

/// @dev Of requests and of proposals: both end by being withdrawn, or chosen.
enum InnovationState {
    None,
    Open,
    Withdrawn,
    Chosen
}

/// @notice A service that somebody wishes for.
/// @param closesAt first second in which nobody proposes any more; the user may still choose
/// @param content sha2-256 of the request's document
struct InnovationRequest {
    address user;
    uint40 closesAt;
    InnovationState state;
    bytes32 content;
    bytes32 chosen;
}

/// @param content sha2-256 of the proposal's document, price and plan among it
struct InnovationProposal {
    address provider;
    InnovationState state;
    bytes32 request;
    bytes32 content;
}

/// @notice Who wished for what, who proposed what, and what was chosen. Questions and answers are off the chain.
/// Ids are 32 random bytes.
interface IOpenInnovation is IParties {
    event InnovationRequested(bytes32 indexed request, address indexed user, bytes32 content, uint40 closesAt);
    event RequestStateChanged(bytes32 indexed request, InnovationState previous, InnovationState current, address by);
    event InnovationProposed(
        bytes32 indexed request,
        bytes32 indexed proposal,
        address indexed provider,
        bytes32 content
    );
    event ProposalStateChanged(
        bytes32 indexed request,
        bytes32 indexed proposal,
        InnovationState previous,
        InnovationState current,
        address by
    );

    error InnovationExists(bytes32 id);
    error InnovationWithoutContent(bytes32 id);
    error InnovationClosesInThePast(uint40 closesAt, uint256 time);
    error InnovationClosed(bytes32 request, uint40 closesAt, uint256 time);
    error InnovationRequestInState(bytes32 request, InnovationState state);
    error InnovationProposalInState(bytes32 proposal, InnovationState state);
    error InnovationProposalOfAnother(bytes32 proposal, bytes32 given, bytes32 request);

    /// @notice Asks for a service that is not offered.
    /// @dev By somebody who acts for the user, whose account is active as service user.
    function request(bytes32 id, address user, bytes32 content, uint40 closesAt) external;

    /// @dev By somebody who acts for the user; an open request.
    function withdrawRequest(bytes32 id) external;

    /// @notice Proposes to build what is asked for.
    /// @dev By somebody who acts for the provider, whose account is active as service provider; an open request before it closes.
    function propose(bytes32 requestId, bytes32 proposalId, address provider, bytes32 content) external;

    /// @dev By somebody who acts for the provider; an open proposal.
    function withdrawProposal(bytes32 proposalId) external;

    /// @notice Chooses a proposal; the others stay as they are.
    /// @dev By somebody who acts for the user, whose account is active as service user; an open request and proposal.
    function choose(bytes32 requestId, bytes32 proposalId) external;

    /// @notice Of state None when there is none.
    function requestOf(bytes32 id) external view returns (InnovationRequest memory);

    /// @notice Of state None when there is none.
    function proposalOf(bytes32 id) external view returns (InnovationProposal memory);
}
