"""The arithmetic of worked examples: small expressions that must be true, evaluated without running any code."""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Number: TypeAlias = int | float

_MOST_BITS = 4096
_LARGEST_ARGUMENT = 1000
_OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_NAMES: Mapping[str, float] = {"pi": math.pi, "e": math.e, "inf": math.inf}
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **{name: getattr(math, name) for name in ("sqrt", "log", "log2", "log10", "exp", "sin", "cos", "tanh")},
    **{name: getattr(math, name) for name in ("floor", "ceil", "isclose", "prod")},
    "abs": abs,
    "round": round,
    "min": min,
    "max": max,
    "sum": sum,
    "len": len,
}
_KNOWN = frozenset(_FUNCTIONS) | {"comb", "factorial"}


def holds(expression: str) -> bool:
    """Whether an expression such as `isclose(0.9**100, 2.66e-5, rel_tol=0.01)` is true.

    Knows numbers, tuples, arithmetic, comparisons, and/or/not and a few functions of the math module; nothing else
    of Python, so a file can do no harm with it.

    Raises:
        ValueError: it is no such expression, cannot be computed, or is no statement that could be true.
    """
    try:
        result = _value(ast.parse(expression, mode="eval").body)
    except SyntaxError as error:
        raise ValueError(f"it is not an expression ({error.msg})") from error
    except (ArithmeticError, TypeError) as error:
        raise ValueError(f"it cannot be computed ({error})") from error
    except (RecursionError, MemoryError) as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(result, bool):
        raise ValueError("it is a value, not a comparison that is true or false")  # noqa: TRY004  # why: a wrong text
    return result


def _value(node: ast.AST) -> Any:  # why: numbers, truth values and tuples of them
    match node:
        case ast.Constant(value=bool() | int() | float() as constant):
            return constant
        case ast.Name(id=name) if name in _NAMES:
            return _NAMES[name]
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return tuple(_value(item) for item in items)
        case ast.UnaryOp(op=sign, operand=operand) if type(sign) in _OPERATORS:
            return _OPERATORS[type(sign)](_value(operand))
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(_number(left), _number(right))
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
            return _small(_OPERATORS[type(sign)](_number(left), _number(right)))
        case ast.BoolOp(op=sign, values=parts):
            join = all if isinstance(sign, ast.And) else any
            return join([bool(_value(part)) for part in parts])
        case ast.Compare(left=first, ops=signs, comparators=others) if all(type(sign) in _OPERATORS for sign in signs):
            values = [_value(first), *(_value(other) for other in others)]
            return all(
                bool(_OPERATORS[type(sign)](a, b)) for sign, a, b in zip(signs, values, values[1:], strict=False)
            )
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=options) if name in _KNOWN:
            return _call(name, arguments, options)
    raise ValueError(f"it uses `{ast.unparse(node)}`, which is not allowed here")


def _call(name: str, arguments: list[ast.expr], options: list[ast.keyword]) -> Any:  # why: as `_value`
    values = [_value(argument) for argument in arguments]
    if name in {"comb", "factorial"}:
        whole = [value for value in values if isinstance(value, int) and 0 <= value <= _LARGEST_ARGUMENT]
        if len(whole) != len(values):
            raise ValueError(f"`{name}` takes whole numbers from 0 to {_LARGEST_ARGUMENT}")
        return getattr(math, name)(*whole)
    return _FUNCTIONS[name](*values, **{str(option.arg): _value(option.value) for option in options})


def _number(node: ast.AST) -> Number:
    value = _value(node)
    if not isinstance(value, int | float):
        raise ValueError(f"`{ast.unparse(node)}` is not a number")  # noqa: TRY004  # why: a wrong text, not a wrong type
    return value


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(base, int) and isinstance(exponent, int) and base.bit_length() * abs(exponent) > _MOST_BITS:
        raise ValueError(f"{base}**{exponent} is too large to be worth computing; write it with a decimal point")
    result = base**exponent
    if isinstance(result, complex):
        raise ValueError("it leaves the real numbers")  # noqa: TRY004  # why: a wrong text, not a wrong type
    return result


def _small(value: Any) -> Any:  # why: as `_value`
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise ValueError("a number in it grows too large")
    return value
