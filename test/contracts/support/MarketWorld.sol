// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {AccountKind} from "../../../contracts/accounts/IAccountRegistry.sol";
import {DevelopmentEuro} from "../../../contracts/billing/DevelopmentEuro.sol";
import {Escrow} from "../../../contracts/billing/Escrow.sol";
import {AgreementRegistry} from "../../../contracts/marketplace/AgreementRegistry.sol";
import {CompositionRegistry} from "../../../contracts/marketplace/CompositionRegistry.sol";
import {Agreement, PricePlan} from "../../../contracts/marketplace/IAgreementRegistry.sol";
import {ListingApproval, ListingKind} from "../../../contracts/marketplace/IListingRegistry.sol";
import {ListingRegistry} from "../../../contracts/marketplace/ListingRegistry.sol";
import {OpenInnovation} from "../../../contracts/marketplace/OpenInnovation.sol";
import {IdentityWorld} from "./IdentityWorld.sol";
import {vm} from "./Vm.sol";

/// @notice The whole marketplace with the roles that the deployment gives; a provider and a consumer with active accounts in
/// every role that fits, a key that acts for each, and an operator who approves.
abstract contract MarketWorld is IdentityWorld {
    uint256 internal constant PROVIDER_KEY = 0x9401;
    uint256 internal constant CONSUMER_KEY = 0xC045;
    uint256 internal constant SELLER_KEY = 0x5E11;
    uint256 internal constant BUYER_KEY = 0xB0E4;
    uint256 internal constant APPROVER_KEY = 0xA994;
    address internal constant TREASURY = address(0x74EA);
    bytes32 internal constant LISTING = keccak256("a listing");
    bytes32 internal constant CONTENT = keccak256("its document");
    bytes32 internal constant TERMS = keccak256("terms");
    bytes32 internal constant REASON = keccak256("a reason");
    uint16 internal constant FEE = 250;
    uint96 internal constant EUR = 1e6;
    uint32 internal constant ACCEPTANCE = 7 days;
    uint32 internal constant DECISION = 14 days;
    uint32 internal constant CLOSING = 3 days;

    string private constant AGREEMENT_TYPE =
        "Agreement(bytes32 listing,uint32 version,address provider,address consumer,bytes32 terms,uint8 plan,uint96 price,uint32 interval,uint16 feeBps,uint40 start,uint40 end,uint32 notice,uint64 salt,uint64 deadline)";

    address internal provider;
    address internal consumer;
    address internal seller;
    address internal buyer;
    ListingRegistry internal listings;
    AgreementRegistry internal agreements;
    OpenInnovation internal innovation;
    CompositionRegistry internal compositions;
    DevelopmentEuro internal euro;
    Escrow internal escrow;
    uint64 private _salt;

    function setUp() public virtual override {
        super.setUp();
        listings = ListingRegistry(_proxy("ListingRegistry", abi.encode(dids, accounts)));
        agreements = AgreementRegistry(_agreementProxy());
        innovation = OpenInnovation(_proxy("OpenInnovation", abi.encode(dids, accounts)));
        compositions = CompositionRegistry(_proxy("CompositionRegistry", abi.encode(dids, accounts, listings)));
        euro = DevelopmentEuro(_deploy("DevelopmentEuro", abi.encode(manager)));
        escrow = _escrowOf(address(euro));
        _giveRoles();

        (provider, consumer) = (vm.addr(PROVIDER_KEY), vm.addr(CONSUMER_KEY));
        (seller, buyer) = (vm.addr(SELLER_KEY), vm.addr(BUYER_KEY));
        _openAccount(provider, 3);
        _openAccount(consumer, 12);
        _nameDelegate(provider, "opem/service-provider", seller);
        _nameDelegate(consumer, "opem/service-user", buyer);
    }

    function _escrowOf(address token) internal returns (Escrow) {
        return
            Escrow(
                _deploy("Escrow", abi.encode(manager, token, dids, agreements, TREASURY, ACCEPTANCE, DECISION, CLOSING))
            );
    }

    function _agreementProxy() private returns (address) {
        address implementation = _deploy("AgreementRegistry", abi.encode(dids, accounts, listings));
        bytes memory initialise = abi.encodeWithSignature("initialise(address,uint16)", manager, FEE);
        return _deploy("ERC1967Proxy", abi.encode(implementation, initialise));
    }

    function _giveRoles() private {
        manager.grantRole(3, vm.addr(APPROVER_KEY), 0);
        address[4] memory proxies = [
            address(listings),
            address(agreements),
            address(innovation),
            address(compositions)
        ];
        for (uint256 i = 0; i < 4; ++i) {
            _allow(1, proxies[i], UUPSUpgradeable.upgradeToAndCall.selector);
        }
        _allow(1, address(listings), ListingRegistry.expel.selector);
        _allow(1, address(agreements), AgreementRegistry.setFee.selector);
        _allow(3, address(listings), ListingRegistry.suspend.selector);
        _allow(3, address(listings), ListingRegistry.reinstate.selector);
        _allow(3, address(euro), DevelopmentEuro.mint.selector);
        _allowOfEscrow(escrow);
    }

    function _allowOfEscrow(Escrow of_) internal {
        _allow(1, address(of_), of_.setTreasury.selector);
        _allow(3, address(of_), of_.decide.selector);
        _allow(3, address(of_), of_.recordBankSettlement.selector);
    }

    function _openAccount(address party, uint8 roles) internal returns (bytes32 account) {
        account = listings.accountIdOf(party);
        vm.prank(REGISTRAR);
        accounts.open(account, AccountKind.Company, roles, FIRST, uint64(vm.getBlockTimestamp() + 1 days));
        vm.prank(REGISTRAR);
        accounts.activate(account, 1, FIRST);
    }

    function _suspendAccount(address party) internal {
        bytes32 account = listings.accountIdOf(party);
        vm.prank(OPERATOR);
        accounts.suspend(account);
    }

    function _nameDelegate(address party, bytes32 delegateType, address delegate) internal {
        vm.prank(party);
        dids.addDelegate(party, delegateType, delegate, 365 days);
    }

    /// @dev What the governor decides, after the timelock.
    function _asGovernor(address target, bytes memory data) internal {
        vm.prank(GOVERNOR);
        manager.schedule(target, data, 0);
        vm.warp(vm.getBlockTimestamp() + TIMELOCK);
        vm.prank(GOVERNOR);
        manager.execute(target, data);
    }

    function _approval(
        bytes32 listing,
        ListingKind kind,
        uint32 version
    ) internal view returns (ListingApproval memory) {
        return ListingApproval(listing, provider, kind, version, CONTENT, TERMS, type(uint64).max);
    }

    function _approve(ListingApproval memory approval) internal view returns (bytes memory) {
        return _approveAs(APPROVER_KEY, approval);
    }

    function _approveAs(uint256 key, ListingApproval memory approval) internal view returns (bytes memory) {
        bytes32 typeHash = keccak256(
            "ListingApproval(bytes32 listing,address provider,uint8 kind,uint32 version,bytes32 content,bytes32 providerContract,uint64 deadline)"
        );
        bytes32 structHash = keccak256(abi.encode(typeHash, approval));
        return _signAs(key, _digest("OPEM Listings", address(listings), structHash));
    }

    function _publish(bytes32 listing, ListingKind kind) internal {
        ListingApproval memory approval = _approval(listing, kind, 1);
        bytes memory signature = _approve(approval);
        vm.prank(provider);
        listings.publish(approval, signature);
    }

    /// @dev Under LISTING version 1, from now on, open, a month's notice; of another salt each time.
    function _terms(PricePlan plan, uint96 price, uint32 interval) internal returns (Agreement memory) {
        return
            Agreement({
                listing: LISTING,
                version: 1,
                provider: provider,
                consumer: consumer,
                terms: TERMS,
                plan: plan,
                price: price,
                interval: interval,
                feeBps: FEE,
                start: uint40(vm.getBlockTimestamp()),
                end: 0,
                notice: 30 days,
                salt: ++_salt,
                deadline: type(uint64).max
            });
    }

    function _idOf(Agreement memory agreement) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(bytes(AGREEMENT_TYPE)), agreement));
    }

    function _signAgreement(uint256 key, Agreement memory agreement) internal view returns (bytes memory) {
        return _signAs(key, _digest("OPEM Agreements", address(agreements), _idOf(agreement)));
    }

    function _signExtension(uint256 key, bytes32 id, uint40 end, uint64 deadline) internal view returns (bytes memory) {
        bytes32 typeHash = keccak256("Extension(bytes32 agreement,uint40 end,uint64 deadline)");
        bytes32 structHash = keccak256(abi.encode(typeHash, id, end, deadline));
        return _signAs(key, _digest("OPEM Agreements", address(agreements), structHash));
    }

    function _conclude(Agreement memory agreement) internal returns (bytes32) {
        return
            agreements.conclude(
                agreement,
                _signAgreement(CONSUMER_KEY, agreement),
                _signAgreement(PROVIDER_KEY, agreement)
            );
    }

    function _concluded(
        PricePlan plan,
        uint96 price,
        uint32 interval
    ) internal returns (bytes32 id, Agreement memory agreement) {
        agreement = _terms(plan, price, interval);
        id = _conclude(agreement);
    }

    function _signVoucher(uint256 key, bytes32 agreement, uint96 cumulative) internal view returns (bytes memory) {
        bytes32 typeHash = keccak256("Voucher(bytes32 agreement,uint96 cumulative)");
        bytes32 structHash = keccak256(abi.encode(typeHash, agreement, cumulative));
        return _signAs(key, _digest("OPEM Escrow", address(escrow), structHash));
    }

    /// @dev Into the consumer's purse.
    function _fill(uint96 amount) internal {
        vm.prank(OPERATOR);
        euro.mint(address(this), amount);
        euro.approve(address(escrow), amount);
        escrow.deposit(consumer, amount);
    }
}
