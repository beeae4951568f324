// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Balance, ISettlement, PeriodTotals} from "../ISettlement.sol";
import {EvenSplit} from "./EvenSplit.sol";
import {TotalsWord} from "./TotalsWord.sol";

/// @title One period recomputed from all its balances
library PeriodAudit {
    using TotalsWord for PeriodTotals;

    struct Sums {
        uint256 surplus;
        uint256 demand;
        uint256 bought;
        uint256 sold;
        bool overBought;
        bool overSold;
    }

    /// @notice What is wrong with a period, or `Fault.None`.
    /// @param inTree the word of totals committed in the batch's tree
    /// @param announced the word of totals that the batch was settled with
    /// @param balances all balances of the period, ascending by member
    /// @param even whether the rules promise the even split
    /// @param turn the period number, which turns the order of ties
    function faultOf(
        PeriodTotals inTree,
        PeriodTotals announced,
        Balance[] calldata balances,
        bool even,
        uint256 turn
    ) internal pure returns (ISettlement.Fault) {
        uint256 count = balances.length;
        if (count != inTree.members()) return ISettlement.Fault.MemberCount;

        uint256[] memory surplus = new uint256[](count);
        uint256[] memory demand = new uint256[](count);
        Sums memory sums = _sum(balances, surplus, demand);
        if (sums.surplus != inTree.surplus()) return ISettlement.Fault.Surplus;
        if (sums.demand != inTree.demand()) return ISettlement.Fault.Demand;
        if (sums.bought != inTree.shared()) return ISettlement.Fault.Bought;
        if (sums.sold != inTree.shared()) return ISettlement.Fault.Sold;
        if (sums.overBought) return ISettlement.Fault.OverBought;
        if (sums.overSold) return ISettlement.Fault.OverSold;
        if (even && !_isEven(balances, surplus, demand, sums, turn)) return ISettlement.Fault.EvenSplit;
        if (PeriodTotals.unwrap(inTree) != PeriodTotals.unwrap(announced)) return ISettlement.Fault.Totals;
        return ISettlement.Fault.None;
    }

    function _sum(
        Balance[] calldata balances,
        uint256[] memory surplus,
        uint256[] memory demand
    ) private pure returns (Sums memory sums) {
        for (uint256 i = 0; i < balances.length; ++i) {
            Balance calldata balance = balances[i];
            (uint256 energyImport, uint256 energyExport) = (balance.energyImport, balance.energyExport);
            if (energyExport > energyImport) surplus[i] = energyExport - energyImport;
            else demand[i] = energyImport - energyExport;

            sums.surplus += surplus[i];
            sums.demand += demand[i];
            sums.bought += balance.bought;
            sums.sold += balance.sold;
            if (balance.bought > demand[i]) sums.overBought = true;
            if (balance.sold > surplus[i]) sums.overSold = true;
        }
    }

    /// @dev The side that offers or wants more is rationed. The other side is filled, as its sum and its bounds say.
    function _isEven(
        Balance[] calldata balances,
        uint256[] memory surplus,
        uint256[] memory demand,
        Sums memory sums,
        uint256 turn
    ) private pure returns (bool) {
        bool rationDemand = sums.surplus <= sums.demand;
        uint256[] memory given = new uint256[](balances.length);
        for (uint256 i = 0; i < balances.length; ++i) {
            given[i] = rationDemand ? balances[i].bought : balances[i].sold;
        }
        return EvenSplit.isEven(rationDemand ? demand : surplus, given, turn);
    }
}
