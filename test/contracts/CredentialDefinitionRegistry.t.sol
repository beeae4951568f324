// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {
    CredentialDefinition,
    ICredentialDefinitionRegistry
} from "../../contracts/identity/ICredentialDefinitionRegistry.sol";
import {IdentityWorld} from "./support/IdentityWorld.sol";
import {vm} from "./support/Vm.sol";

/// @notice What an issuer issues, and who may say so.
contract CredentialDefinitionRegistryTest is IdentityWorld {
    bytes32 private constant TYPE = keccak256("MemberCredential");

    bytes32 private _schema;
    address private _issuer;

    function setUp() public override {
        super.setUp();
        _schema = schemas.publish("MemberCredential", 1, keccak256("schema"));
        _issuer = vm.addr(ISSUER_KEY);
    }

    function test_definesAndRetires() public {
        bytes32 id = definitions.definitionIdOf(_issuer, TYPE, _schema);
        vm.expectEmit();
        emit ICredentialDefinitionRegistry.CredentialDefined(id, _issuer, TYPE, _schema);
        assert(_define() == id && definitions.isInUse(id));

        vm.warp(NOW + 10);
        vm.expectEmit();
        emit ICredentialDefinitionRegistry.DefinitionRetired(id, _issuer, TYPE, _schema, uint48(NOW), uint48(NOW + 10));
        vm.prank(_issuer);
        definitions.retire(id);
        assert(!definitions.isInUse(id));
        CredentialDefinition memory known = definitions.definition(id);
        assert(known.issuer == _issuer && known.definedAt == NOW && known.retiredAt == NOW + 10);
        assert(known.credentialType == TYPE && known.schemaId == _schema);
    }

    function testFuzz_onlyTheOwnerOfTheIssuersDid(address caller) public {
        vm.assume(caller != _issuer);
        bytes memory reason = abi.encodeWithSelector(
            ICredentialDefinitionRegistry.DefinitionNotIssuer.selector,
            caller,
            _issuer,
            _issuer
        );
        vm.expectRevert(reason);
        vm.prank(caller);
        definitions.defineCredential(_issuer, TYPE, _schema);
        bytes32 id = _define();
        vm.expectRevert(reason);
        vm.prank(caller);
        definitions.retire(id);
    }

    function test_theNewOwnerOfADidDefinesAndTheOldOneDoesNot() public {
        vm.prank(_issuer);
        dids.changeOwner(_issuer, STRANGER);
        vm.expectRevert(
            abi.encodeWithSelector(
                ICredentialDefinitionRegistry.DefinitionNotIssuer.selector,
                _issuer,
                _issuer,
                STRANGER
            )
        );
        _define();
        vm.prank(STRANGER);
        definitions.defineCredential(_issuer, TYPE, _schema);
    }

    function test_refusesASchemaThatNobodyPublished() public {
        vm.expectRevert(abi.encodeWithSelector(ICredentialDefinitionRegistry.DefinitionSchemaUnknown.selector, FIRST));
        vm.prank(_issuer);
        definitions.defineCredential(_issuer, TYPE, FIRST);
    }

    function test_refusesADefinitionTwiceEvenWhenItIsRetired() public {
        bytes32 id = _define();
        vm.expectRevert(abi.encodeWithSelector(ICredentialDefinitionRegistry.DefinitionExists.selector, id));
        _define();
        vm.prank(_issuer);
        definitions.retire(id);
        vm.expectRevert(abi.encodeWithSelector(ICredentialDefinitionRegistry.DefinitionExists.selector, id));
        _define();
        vm.expectRevert(
            abi.encodeWithSelector(ICredentialDefinitionRegistry.DefinitionAlreadyRetired.selector, id, NOW)
        );
        vm.prank(_issuer);
        definitions.retire(id);
    }

    function test_doesNotKnowWhatNobodyDefined() public {
        vm.expectRevert(abi.encodeWithSelector(ICredentialDefinitionRegistry.DefinitionUnknown.selector, FIRST));
        definitions.retire(FIRST);
        vm.expectRevert(abi.encodeWithSelector(ICredentialDefinitionRegistry.DefinitionUnknown.selector, FIRST));
        definitions.definition(FIRST);
        assert(!definitions.isInUse(FIRST));
    }

    function _define() private returns (bytes32) {
        vm.prank(_issuer);
        return definitions.defineCredential(_issuer, TYPE, _schema);
    }
}
