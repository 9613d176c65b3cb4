"""A value about a person that shows itself only when asked to."""

from __future__ import annotations

from typing import Any, Generic, NoReturn, TypeVar

T = TypeVar("T")


class Personal(Generic[T]):
    """Holds a value; shows as `<personal>` in repr, str, format, templates and logs, and in any listing of
    a dataclass that has it in a field (`name: Personal[str]`).

    An encoder that writes unknown objects as text writes `<personal>`; others, and pickle, refuse it.
    `reveal` is the only way to the value, and so the word to look for in a review. Equal if the values are.
    """

    __slots__ = ("__value",)

    def __init__(self, value: T) -> None:
        self.__value = value

    def reveal(self) -> T:
        return self.__value

    def __repr__(self) -> str:
        return "<personal>"

    def __format__(self, spec: str) -> str:
        return format("<personal>", spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Personal) and self.__value == other.__value

    def __hash__(self) -> int:
        return hash(self.__value)

    def __copy__(self) -> Personal[T]:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Personal[T]:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a personal value is not pickled")
