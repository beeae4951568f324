// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {EnergyCommunity} from "../../contracts/communities/EnergyCommunity.sol";
import {CommunityTerms, ICommunityFactory} from "../../contracts/communities/ICommunityFactory.sol";
import {
    AllocationKey,
    IEnergyCommunity,
    MeteringPoint,
    RuleVersion
} from "../../contracts/communities/IEnergyCommunity.sol";
import {PeriodTotals, Report} from "../../contracts/communities/ISettlement.sol";
import {World} from "./support/World.sol";
import {vm} from "./support/Vm.sol";

/// @dev A wallet that accepts the one signature "yes" (ERC-1271).
contract ContractWallet {
    function isValidSignature(bytes32, bytes calldata signature) external pure returns (bytes4) {
        return keccak256(signature) == keccak256("yes") ? this.isValidSignature.selector : bytes4(0);
    }
}

/// @notice Founding, joining, leaving, rules, start and stop, and every reason for which one is refused.
contract EnergyCommunityTest is World {
    bytes32 private constant NEW = bytes32(uint256(2));
    bytes32 private constant FIRST = bytes32(uint256(1));
    uint256 private constant KEY = 0xB0B;
    uint256 private constant FOREVER = type(uint256).max;

    function test_foundsOnlyWithKnownPeriodsAndScheme() public {
        CommunityTerms memory terms = _terms(START);
        terms.periodSeconds = 1800;
        _refusedFounding(terms, abi.encodeWithSelector(ICommunityFactory.FactoryPeriodLength.selector, 1800));
        terms = _terms(START + 900);
        _refusedFounding(
            terms,
            abi.encodeWithSelector(ICommunityFactory.FactoryStartNotOnPeriod.selector, START + 900, 3600)
        );
        terms = _terms(START);
        terms.scheme = 2;
        _refusedFounding(terms, abi.encodeWithSelector(ICommunityFactory.FactoryScheme.selector, 2));
    }

    function test_foundsOnlyWithRulesFromTheFirstPeriodOn() public {
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityRulesUnknown.selector, 1));
        factory.createCommunity(_terms(START), new RuleVersion[](0));
        RuleVersion[] memory late = new RuleVersion[](1);
        late[0] = _rules(START + HOUR, AllocationKey.Even, true, true);
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityRulesOrder.selector, START + HOUR, START));
        factory.createCommunity(_terms(START), late);
        assert(factory.isCommunity(address(community)) && !factory.isCommunity(address(this)));
    }

    function test_isInitialisedOnceAndByTheFactory() public {
        RuleVersion[] memory none = new RuleVersion[](0);
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityAlreadyInitialised.selector));
        community.initialise(address(this), 3600, START, true, none);
        address implementation = _deploy("EnergyCommunity", abi.encode(settlement, factory));
        EnergyCommunity clone = EnergyCommunity(Clones.clone(implementation));
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityOnlyFactory.selector, address(this)));
        clone.initialise(address(this), 3600, START, true, none);
    }

    function test_onlyTheAdministratorAdministers() public {
        bytes memory reason = abi.encodeWithSelector(
            IEnergyCommunity.CommunityNotAdministrator.selector,
            address(7),
            address(this)
        );
        MeteringPoint[] memory none = new MeteringPoint[](0);
        vm.expectRevert(reason);
        vm.prank(address(7));
        community.join(NEW, address(7), START, none, FOREVER, "");
        vm.expectRevert(reason);
        vm.prank(address(7));
        community.leave(FIRST, START + HOUR, FOREVER, "");
        vm.expectRevert(reason);
        vm.prank(address(7));
        community.start();
        vm.expectRevert(reason);
        vm.prank(address(7));
        community.stop(START);
        vm.expectRevert(reason);
        vm.prank(address(7));
        community.transferAdministration(address(7));
        vm.expectRevert(reason);
        vm.prank(address(7));
        community.commitRules(_rules(START, AllocationKey.Even, true, true));
    }

    function test_handsAdministrationOver() public {
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityAddressZero.selector));
        community.transferAdministration(address(0));
        community.transferAdministration(address(7));
        assert(community.administrator() == address(7));
    }

    function test_joinsWithConsentAndTellsWhatItKnows() public {
        _joinWith(NEW, _points(1, 40), START);
        assert(community.memberCount() == 2);
        assert(community.members(1, 10)[0].member == NEW);
        assert(community.members(9, 10).length == 0);
        assert(community.membership(NEW).until == type(uint64).max);
        assert(community.meteringPoints(NEW)[0].participation == 40);
        assert(community.nonces(vm.addr(KEY)) == 1);
    }

    function test_joinsAWalletThatIsAContract() public {
        address wallet = address(new ContractWallet());
        MeteringPoint[] memory none = new MeteringPoint[](0);
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityConsentInvalid.selector, wallet, address(0)));
        community.join(NEW, wallet, START, none, FOREVER, "no");
        community.join(NEW, wallet, START, none, FOREVER, "yes");
        assert(community.membership(NEW).account == wallet);
    }

    function test_refusesConsentOfAnotherExpiredOrUsed() public {
        MeteringPoint[] memory none = new MeteringPoint[](0);
        address account = vm.addr(KEY);
        bytes memory consent = _signAs(0xBAD, _joinDigest(account));
        vm.expectRevert(
            abi.encodeWithSelector(IEnergyCommunity.CommunityConsentInvalid.selector, account, vm.addr(0xBAD))
        );
        community.join(NEW, account, START, none, FOREVER, consent);

        uint256 past = vm.getBlockTimestamp() - 1;
        consent = _consent(community, NEW, KEY, START, none, past);
        vm.expectRevert(
            abi.encodeWithSelector(IEnergyCommunity.CommunityConsentExpired.selector, past, vm.getBlockTimestamp())
        );
        community.join(NEW, account, START, none, past, consent);
    }

    function test_refusesAMemberTwiceAndTheAddressZero() public {
        MeteringPoint[] memory none = new MeteringPoint[](0);
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityMemberExists.selector, FIRST));
        community.join(FIRST, vm.addr(KEY), START, none, FOREVER, "");
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityAddressZero.selector));
        community.join(NEW, address(0), START, none, FOREVER, "");
    }

    function test_refusesToJoinOffABoundaryOrInASettledPeriod() public {
        _refusedJoin(
            START + 1,
            abi.encodeWithSelector(IEnergyCommunity.CommunityNotOnPeriod.selector, START + 1, 3600)
        );
        _settleHours(2);
        _refusedJoin(
            START + HOUR,
            abi.encodeWithSelector(IEnergyCommunity.CommunityInThePast.selector, START + HOUR, START + 2 * HOUR)
        );
    }

    function test_onlyAHistoricCommunityKnowsThePast() public {
        uint64 now_ = uint64(vm.getBlockTimestamp());
        community = _found(now_ + HOUR, AllocationKey.Even, true, true);
        assert(!community.historic());
        vm.warp(now_ + 3 * HOUR);
        _refusedJoin(
            now_ + 2 * HOUR,
            abi.encodeWithSelector(IEnergyCommunity.CommunityInThePast.selector, now_ + 2 * HOUR, now_ + 3 * HOUR)
        );
    }

    function test_refusesTooManyTakenOrImpossibleMeteringPoints() public {
        _refusedPoints(
            _points(9, 100),
            abi.encodeWithSelector(IEnergyCommunity.CommunityMeteringPoints.selector, 9, 8)
        );
        _refusedPoints(_points(1, 0), abi.encodeWithSelector(IEnergyCommunity.CommunityParticipation.selector, 0));
        _refusedPoints(_points(1, 101), abi.encodeWithSelector(IEnergyCommunity.CommunityParticipation.selector, 101));
        MeteringPoint[] memory twice = _points(2, 50);
        twice[1].id = twice[0].id;
        _refusedPoints(
            twice,
            abi.encodeWithSelector(IEnergyCommunity.CommunityMeteringPointTaken.selector, twice[0].id)
        );
    }

    function test_freesAMeteringPointWhenItsMemberLeaves() public {
        MeteringPoint[] memory points = _points(1, 100);
        _joinWith(NEW, points, START);
        vm.prank(vm.addr(KEY));
        community.leave(NEW, START + 5 * HOUR, FOREVER, "");

        bytes32 third = bytes32(uint256(3));
        uint64 early = START + 4 * HOUR;
        bytes memory consent = _consent(community, third, KEY, early, points, FOREVER);
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityMeteringPointTaken.selector, points[0].id));
        community.join(third, vm.addr(KEY), early, points, FOREVER, consent);
        _joinWith(third, points, START + 5 * HOUR);
    }

    function test_leavesByItselfOrWithConsent() public {
        uint64 until = START + 10 * HOUR;
        community.leave(FIRST, until, FOREVER, _leaveConsent(FIRST, until, MEMBER_KEY, FOREVER));
        assert(community.membership(FIRST).until == until);
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityMemberLeft.selector, FIRST, until));
        community.leave(FIRST, until, FOREVER, "");
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityMemberUnknown.selector, NEW));
        community.leave(NEW, until, FOREVER, "");
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityMemberUnknown.selector, NEW));
        community.membership(NEW);
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityMemberUnknown.selector, NEW));
        community.meteringPoints(NEW);
    }

    function test_refusesToEndAMembershipWithoutTheMember() public {
        uint64 until = START + 10 * HOUR;
        bytes memory forged = _leaveConsent(FIRST, until + HOUR, MEMBER_KEY, FOREVER);
        try community.leave(FIRST, until, FOREVER, forged) {
            assert(false);
        } catch (bytes memory reason) {
            assert(bytes4(reason) == IEnergyCommunity.CommunityConsentInvalid.selector);
        }
    }

    function test_commitsRulesAheadAndInOrder() public {
        uint64 ahead = START + 1010 * HOUR;
        assert(community.commitRules(_rules(ahead, AllocationKey.Static, false, true)) == 2);
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityRulesOrder.selector, ahead - HOUR, ahead));
        community.commitRules(_rules(ahead - HOUR, AllocationKey.Even, true, true));
        uint64 present = START + 1000 * HOUR;
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityRulesTooLate.selector, present, present + 1));
        community.commitRules(_rules(present, AllocationKey.Even, true, true));

        assert(community.rulesCount() == 2);
        assert(community.rules(2).key == AllocationKey.Static);
        assert(community.rulesInForce(ahead - HOUR) == 1 && community.rulesInForce(ahead) == 2);
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityRulesUnknown.selector, 3));
        community.rules(3);
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityRulesUnknown.selector, 0));
        community.rulesInForce(START - HOUR);
    }

    function test_startsAndStops() public {
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityAlreadyRunning.selector));
        community.start();
        _settleHours(3);
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityInThePast.selector, START, START + 3 * HOUR));
        community.stop(START);
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityNotOnPeriod.selector, START + 1, 3600));
        community.stop(START + 1);
        community.stop(START + 4 * HOUR);
        assert(settlement.settlesUntil(address(community)) == START + 4 * HOUR);
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityNotRunning.selector));
        community.stop(START + 5 * HOUR);
        community.start();
        assert(settlement.nextPeriod(address(community)) == START + 3 * HOUR);
        assert(settlement.settlesUntil(address(community)) == type(uint64).max);
    }

    function test_startPassesOverPeriodsInWhichNobodyIsAMember() public {
        community = _found(START, AllocationKey.Even, true, true);
        vm.expectRevert(abi.encodeWithSelector(IEnergyCommunity.CommunityWithoutMembers.selector));
        community.start();
        _join(community, FIRST, MEMBER_KEY, START + 10 * HOUR);
        _join(community, NEW, KEY, START + 20 * HOUR);
        vm.prank(vm.addr(MEMBER_KEY));
        community.leave(FIRST, START + 12 * HOUR, FOREVER, "");
        community.start();
        assert(settlement.nextPeriod(address(community)) == START + 10 * HOUR);
        _settleHours(2);
        community.stop(START + 12 * HOUR);
        community.start();
        assert(settlement.nextPeriod(address(community)) == START + 20 * HOUR);
    }

    function _settleHours(uint16 hours_) private {
        (Report memory report, PeriodTotals[] memory totals) = _next(hours_);
        _settle(report, totals);
    }

    function _points(uint256 count, uint8 participation) private pure returns (MeteringPoint[] memory points) {
        points = new MeteringPoint[](count);
        for (uint256 i = 0; i < count; ++i) {
            points[i] = MeteringPoint({id: keccak256(abi.encode("point", i)), participation: participation});
        }
    }

    function _joinWith(bytes32 member, MeteringPoint[] memory points, uint64 from) private {
        bytes memory consent = _consent(community, member, KEY, from, points, FOREVER);
        community.join(member, vm.addr(KEY), from, points, FOREVER, consent);
    }

    function _joinDigest(address account) private view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Join(bytes32 member,address account,uint64 from,MeteringPoint[] meteringPoints,uint256 nonce,uint256 deadline)MeteringPoint(bytes32 id,uint8 participation)"
        );
        bytes memory who = abi.encode(typeHash, NEW, account, START);
        bytes memory what = abi.encode(keccak256(""), uint256(0), FOREVER);
        return _digest("OPEM Community", address(community), keccak256(bytes.concat(who, what)));
    }

    function _refusedJoin(uint64 from, bytes memory reason) private {
        MeteringPoint[] memory none = new MeteringPoint[](0);
        bytes memory consent = _consent(community, NEW, KEY, from, none, FOREVER);
        vm.expectRevert(reason);
        community.join(NEW, vm.addr(KEY), from, none, FOREVER, consent);
    }

    function _refusedPoints(MeteringPoint[] memory points, bytes memory reason) private {
        bytes memory consent = _consent(community, NEW, KEY, START, points, FOREVER);
        vm.expectRevert(reason);
        community.join(NEW, vm.addr(KEY), START, points, FOREVER, consent);
    }

    function _refusedFounding(CommunityTerms memory terms, bytes memory reason) private {
        RuleVersion[] memory rules = new RuleVersion[](1);
        rules[0] = _rules(terms.startsAt, AllocationKey.Even, true, true);
        vm.expectRevert(reason);
        factory.createCommunity(terms, rules);
    }
}
