// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ISchemaRegistry, Schema} from "../../contracts/identity/ISchemaRegistry.sol";
import {IdentityWorld} from "./support/IdentityWorld.sol";
import {vm} from "./support/Vm.sol";

/// @notice Schemas by publisher, name and version.
contract SchemaRegistryTest is IdentityWorld {
    string private constant NAME = "AccountCredential";
    bytes32 private constant HASH = keccak256("AccountCredential");

    function test_publishesVersionAfterVersion() public {
        bytes32 first = schemas.schemaIdOf(address(this), HASH, 1);
        vm.expectEmit();
        emit ISchemaRegistry.SchemaPublished(first, address(this), HASH, NAME, 1, 0, keccak256("one"));
        assert(schemas.publish(NAME, 1, keccak256("one")) == first);

        bytes32 second = schemas.schemaIdOf(address(this), HASH, 2);
        vm.expectEmit();
        emit ISchemaRegistry.SchemaPublished(second, address(this), HASH, NAME, 2, keccak256("one"), keccak256("two"));
        schemas.publish(NAME, 2, keccak256("two"));
        assert(schemas.latestVersion(address(this), HASH) == 2);
        Schema memory known = schemas.schema(first);
        assert(known.publisher == address(this) && known.version == 1);
        assert(known.publishedAt == NOW && known.contentHash == keccak256("one"));
    }

    function test_aNameBelongsToItsPublisher() public {
        schemas.publish(NAME, 1, keccak256("mine"));
        vm.prank(STRANGER);
        schemas.publish(NAME, 1, keccak256("theirs"));
        assert(schemas.schema(schemas.schemaIdOf(address(this), HASH, 1)).contentHash == keccak256("mine"));
        assert(schemas.schema(schemas.schemaIdOf(STRANGER, HASH, 1)).contentHash == keccak256("theirs"));
    }

    function testFuzz_acceptsOnlyTheNextVersion(uint32 version) public {
        schemas.publish(NAME, 1, keccak256("one"));
        vm.assume(version != 2);
        vm.expectRevert(abi.encodeWithSelector(ISchemaRegistry.SchemaVersion.selector, version, 2));
        schemas.publish(NAME, version, keccak256("other"));
    }

    function test_refusesNamesTooShortOrTooLong() public {
        vm.expectRevert(abi.encodeWithSelector(ISchemaRegistry.SchemaName.selector, 0, 64));
        schemas.publish("", 1, keccak256("one"));
        string memory long = "12345678901234567890123456789012345678901234567890123456789012345";
        vm.expectRevert(abi.encodeWithSelector(ISchemaRegistry.SchemaName.selector, 65, 64));
        schemas.publish(long, 1, keccak256("one"));
    }

    function test_refusesASchemaWithoutContent() public {
        vm.expectRevert(abi.encodeWithSelector(ISchemaRegistry.SchemaWithoutContent.selector, NAME, 1));
        schemas.publish(NAME, 1, 0);
    }

    function test_doesNotKnowWhatNobodyPublished() public {
        bytes32 id = schemas.schemaIdOf(address(this), HASH, 0);
        assert(!schemas.isPublished(id));
        vm.expectRevert(abi.encodeWithSelector(ISchemaRegistry.SchemaUnknown.selector, id));
        schemas.schema(id);
    }
}
