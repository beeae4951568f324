// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

enum Malice {
    None,
    /// @dev Takes a hundredth of what it moves.
    Fee,
    /// @dev Moves nothing and says so.
    False,
    /// @dev Calls somebody in the middle of moving.
    Reenter
}

/// @notice A token that does not do what it is told to.
contract HostileToken {
    Malice public malice;
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    address private _target;
    bytes private _data;
    /// @notice What came of the call in the middle: 0 none, 1 accepted, 2 refused.
    uint256 public reentered;
    bytes4 public refusal;

    function become(Malice malice_, address target, bytes calldata data) external {
        (malice, _target, _data) = (malice_, target, data);
    }

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function permit(address, address, uint256, uint256, uint8, bytes32, bytes32) external pure {}

    function transfer(address to, uint256 amount) external returns (bool) {
        return _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        allowance[from][msg.sender] -= amount;
        return _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) private returns (bool) {
        if (malice == Malice.False) return false;
        if (malice == Malice.Reenter) _reenter();
        balanceOf[from] -= amount;
        balanceOf[to] += malice == Malice.Fee ? amount - amount / 100 : amount;
        return true;
    }

    function _reenter() private {
        (bool done, bytes memory reason) = _target.call(_data);
        reentered = done ? 1 : 2;
        if (!done) refusal = bytes4(reason);
    }
}

/// @notice A token of the old kind, whose functions answer nothing.
contract SilentToken {
    mapping(address account => uint256) public balanceOf;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function transfer(address to, uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }

    /// @dev Needs no allowance: tests have no use for it.
    function transferFrom(address from, address to, uint256 amount) external {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}
