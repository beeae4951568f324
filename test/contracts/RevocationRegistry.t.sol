// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IRevocationRegistry} from "../../contracts/identity/IRevocationRegistry.sol";
import {IdentityWorld} from "./support/IdentityWorld.sol";
import {vm} from "./support/Vm.sol";

/// @dev A wallet that accepts the one signature "yes" (ERC-1271), and says something else than yes or no otherwise.
contract IssuerWallet {
    function isValidSignature(bytes32, bytes calldata signature) external pure returns (bytes4) {
        return keccak256(signature) == keccak256("yes") ? this.isValidSignature.selector : bytes4(0x12345678);
    }
}

/// @notice Who may revoke, by transaction or by signature, and every reason for which one is refused.
contract RevocationRegistryTest is IdentityWorld {
    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint256 private constant OTHER_KEY = 0x07;

    address private _issuer;

    function setUp() public override {
        super.setUp();
        _issuer = vm.addr(ISSUER_KEY);
    }

    function test_theIssuerRevokesForEver() public {
        bytes32[] memory ids = _ids(1);
        vm.expectEmit();
        emit IRevocationRegistry.CredentialRevoked(_issuer, ids[0], _issuer, NOW);
        vm.prank(_issuer);
        assert(revocations.revoke(_issuer, ids) == 1);
        vm.warp(NOW + 1000);
        vm.prank(_issuer);
        assert(revocations.revoke(_issuer, ids) == 0);
        assert(revocations.revokedAt(_issuer, ids[0]) == NOW);
        assert(revocations.revokedAt(address(this), ids[0]) == 0);
    }

    function test_anOverlappingBatchAndADoubledIdAreNotHeldUp() public {
        vm.prank(_issuer);
        revocations.revoke(_issuer, _ids(2));
        bytes32[] memory ids = _ids(4);
        ids[3] = ids[2];
        vm.prank(_issuer);
        assert(revocations.revoke(_issuer, ids) == 1);
    }

    function testFuzz_nobodyElseRevokes(address caller) public {
        vm.assume(caller != _issuer);
        vm.expectRevert(
            abi.encodeWithSelector(IRevocationRegistry.RevocationNotIssuer.selector, caller, _issuer, _issuer)
        );
        vm.prank(caller);
        revocations.revoke(_issuer, _ids(1));
    }

    function test_theOperatorAndTheGovernorRevokeNothing() public {
        address[3] memory mighty = [OPERATOR, GOVERNOR, address(this)];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IRevocationRegistry.RevocationNotIssuer.selector, mighty[i], _issuer, _issuer)
            );
            vm.prank(mighty[i]);
            revocations.revoke(_issuer, _ids(1));
        }
    }

    function test_whoTookTheDidOverRevokesAndWhoLostItDoesNot() public {
        vm.prank(_issuer);
        dids.changeOwner(_issuer, STRANGER);
        vm.expectRevert(
            abi.encodeWithSelector(IRevocationRegistry.RevocationNotIssuer.selector, _issuer, _issuer, STRANGER)
        );
        vm.prank(_issuer);
        revocations.revoke(_issuer, _ids(1));
        vm.prank(STRANGER);
        assert(revocations.revoke(_issuer, _ids(1)) == 1);
    }

    function test_aDelegateRevokesWhileItIsOneAndOnlyOfTheRightType() public {
        vm.prank(_issuer);
        dids.addDelegate(_issuer, "sigAuth", STRANGER, 1 days);
        bytes memory reason = abi.encodeWithSelector(
            IRevocationRegistry.RevocationNotIssuer.selector,
            STRANGER,
            _issuer,
            _issuer
        );
        vm.expectRevert(reason);
        vm.prank(STRANGER);
        revocations.revoke(_issuer, _ids(1));

        vm.prank(_issuer);
        dids.addDelegate(_issuer, "veriKey", STRANGER, 1 days);
        vm.prank(STRANGER);
        assert(revocations.revoke(_issuer, _ids(1)) == 1);
        vm.warp(NOW + 1 days);
        vm.expectRevert(reason);
        vm.prank(STRANGER);
        revocations.revoke(_issuer, _ids(2));
    }

    function test_refusesNoCredentialAndTooMany() public {
        vm.expectRevert(abi.encodeWithSelector(IRevocationRegistry.RevocationBatch.selector, 0, 256));
        vm.prank(_issuer);
        revocations.revoke(_issuer, _ids(0));
        vm.expectRevert(abi.encodeWithSelector(IRevocationRegistry.RevocationBatch.selector, 257, 256));
        vm.prank(_issuer);
        revocations.revoke(_issuer, _ids(257));
        vm.prank(_issuer);
        assert(revocations.revoke(_issuer, _ids(256)) == 256);
    }

    function test_anybodyRelaysASignedRevocationOnce() public {
        bytes memory signature = _signed(ISSUER_KEY, 2, 0, NOW);
        vm.expectEmit();
        emit IRevocationRegistry.CredentialRevoked(_issuer, _ids(1)[0], _issuer, NOW);
        vm.prank(STRANGER);
        assert(revocations.revokeSigned(_issuer, _ids(2), NOW, signature) == 2);
        assert(revocations.nonces(_issuer) == 1);
        _refused(_ids(2), NOW, signature);
    }

    function test_aDelegateSignsToo() public {
        vm.prank(_issuer);
        dids.addDelegate(_issuer, "veriKey", vm.addr(OTHER_KEY), 1 days);
        vm.expectEmit();
        emit IRevocationRegistry.CredentialRevoked(_issuer, _ids(1)[0], vm.addr(OTHER_KEY), NOW);
        revocations.revokeSigned(_issuer, _ids(1), NOW, _signed(OTHER_KEY, 1, 0, NOW));
    }

    function test_anOwnerThatIsAContractSignsByItsOwnRule() public {
        address wallet = address(new IssuerWallet());
        vm.prank(_issuer);
        dids.changeOwner(_issuer, wallet);
        vm.expectRevert(
            abi.encodeWithSelector(IRevocationRegistry.RevocationSignatureInvalid.selector, wallet, address(0))
        );
        revocations.revokeSigned(_issuer, _ids(1), NOW, "no");
        assert(revocations.revokeSigned(_issuer, _ids(1), NOW, "yes") == 1);
    }

    function test_anAccountWithCodeStillSignsWithItsKey() public {
        vm.etch(_issuer, address(new IssuerWallet()).code);
        assert(revocations.revokeSigned(_issuer, _ids(1), NOW, _signed(ISSUER_KEY, 1, 0, NOW)) == 1);
    }

    function test_refusesAnExpiredSignature() public {
        bytes memory signature = _signed(ISSUER_KEY, 1, 0, NOW - 1);
        vm.expectRevert(abi.encodeWithSelector(IRevocationRegistry.RevocationExpired.selector, NOW - 1, NOW));
        revocations.revokeSigned(_issuer, _ids(1), NOW - 1, signature);
    }

    function test_refusesTheSignatureOfAnotherKey() public {
        vm.expectRevert(
            abi.encodeWithSelector(IRevocationRegistry.RevocationSignatureInvalid.selector, _issuer, vm.addr(OTHER_KEY))
        );
        revocations.revokeSigned(_issuer, _ids(1), NOW, _signed(OTHER_KEY, 1, 0, NOW));
    }

    function test_refusesTheFormerOwnersSignature() public {
        bytes memory signature = _signed(ISSUER_KEY, 1, 0, NOW);
        vm.prank(_issuer);
        dids.changeOwner(_issuer, vm.addr(OTHER_KEY));
        _refused(_ids(1), NOW, signature);
    }

    function test_refusesASignatureForOtherCredentialsAnotherNonceOrAnotherDeadline() public {
        _refused(_ids(2), NOW, _signed(ISSUER_KEY, 1, 0, NOW));
        _refused(_ids(1), NOW, _signed(ISSUER_KEY, 1, 1, NOW));
        _refused(_ids(1), NOW + 1, _signed(ISSUER_KEY, 1, 0, NOW));
    }

    function test_refusesASignatureForAnotherChain() public {
        uint256 here = block.chainid;
        vm.chainId(4242);
        bytes memory signature = _signed(ISSUER_KEY, 1, 0, NOW);
        vm.chainId(here);
        _refused(_ids(1), NOW, signature);
    }

    function test_refusesASignatureForAnotherRegistry() public {
        bytes memory signature = _signed(ISSUER_KEY, 1, 0, NOW);
        address other = _proxy("RevocationRegistry", abi.encode(dids));
        try IRevocationRegistry(other).revokeSigned(_issuer, _ids(1), NOW, signature) {
            assert(false);
        } catch (bytes memory reason) {
            assert(bytes4(reason) == IRevocationRegistry.RevocationSignatureInvalid.selector);
        }
    }

    function test_refusesTheHighCopyOfASignature() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ISSUER_KEY, _revokeDigest(_issuer, _ids(1), 0, NOW));
        bytes memory high = abi.encodePacked(r, bytes32(ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        vm.expectRevert(
            abi.encodeWithSelector(IRevocationRegistry.RevocationSignatureInvalid.selector, _issuer, address(0))
        );
        revocations.revokeSigned(_issuer, _ids(1), NOW, high);
    }

    function testFuzz_noBytesAreASignature(bytes calldata signature) public {
        _refused(_ids(1), NOW, signature);
    }

    function _signed(uint256 key, uint256 count, uint256 nonce, uint256 deadline) private view returns (bytes memory) {
        return _signAs(key, _revokeDigest(_issuer, _ids(count), nonce, deadline));
    }

    function _refused(bytes32[] memory ids, uint256 deadline, bytes memory signature) private {
        try revocations.revokeSigned(_issuer, ids, deadline, signature) {
            assert(false);
        } catch (bytes memory reason) {
            assert(bytes4(reason) == IRevocationRegistry.RevocationSignatureInvalid.selector);
        }
    }
}
