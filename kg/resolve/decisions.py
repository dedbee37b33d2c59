"""What people decided about identity: these two are one, these two are not; remembered and applied at every build."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from schema.errors import BadInput, did_you_mean
from schema.ids import EntityId
from schema.vocabulary import CLASS_OF_TYPE

Kind = Literal["merge", "split"]
_DECIDABLE = ("paper", "dataset", "method", "task", "condition", "repository")


@dataclass(frozen=True, slots=True, order=True)
class Decision:
    """Two ids of one class that are one thing ("merge": the first stays) or two ("split")."""

    kind: Kind
    first: EntityId
    second: EntityId
    reason: str = ""


def decision(kind: str, first: str, second: str, reason: str = "") -> Decision:
    """A decision that makes sense.

    Raises `BadInput` where an id is malformed, the two are of different
    classes or the same, or their class is not one whose members can be merged.
    """
    for id_ in (first, second):
        type_, _, key = id_.partition("/")
        if type_ not in _DECIDABLE or not key:
            known = ", ".join(f"{t}/…" for t in _DECIDABLE)
            hint = did_you_mean(type_, CLASS_OF_TYPE)
            raise BadInput(f"{id_!r} is no id that can be merged or split; give one of {known}.{hint}")
    if first.partition("/")[0] != second.partition("/")[0]:
        raise BadInput(f"{first!r} and {second!r} are of different classes; only like can be merged or split.")
    if first == second:
        raise BadInput(f"{first!r} is given twice; give the two ids that are the same or not the same.")
    if kind not in {"merge", "split"}:
        raise BadInput(f"{kind!r} is no decision; give merge or split.{did_you_mean(kind, ('merge', 'split'))}")
    return Decision("merge" if kind == "merge" else "split", EntityId(first), EntityId(second), reason)


def of_type(decisions: Iterable[Decision], *types: str) -> list[Decision]:
    """The decisions about ids of some types, sorted, so that their order does not matter."""
    return sorted(d for d in decisions if d.first.partition("/")[0] in types)
