"""Corrections: edges that a person found wrong, in a file beside the graph that every load honours.

`corrections.jsonl` holds one JSON object a line: paper, relation, target and a
reason. The web pages append to it; it can be kept in version control, sent to
somebody else, and loaded there. A corrected edge is left out of the graph,
whoever draws it again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import orjson
from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from schema.errors import BadRecord, did_you_mean
from schema.ids import digest
from schema.node import Node
from schema.vocabulary import DRAWN

FILE = "corrections.jsonl"


class Correction(BaseModel):
    """One edge that is wrong."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    paper: str = Field(
        description="The paper's id, e.g. paper/arxiv-2403.01234.", pattern=r"^paper/\S+$", max_length=300
    )
    relation: str = Field(description="The relation, e.g. usesDataset.")
    target: str = Field(
        description="The id at the other end, e.g. dataset/mimic-cxr.", pattern=r"^[a-z]+/\S+$", max_length=300
    )
    reason: str = Field("", description="Why it is wrong.", max_length=2000)

    @field_validator("relation")
    @classmethod
    def _is_known(cls, relation: str) -> str:
        if relation not in DRAWN:
            raise ValueError(f"{relation!r} is no relation that is drawn from text.{did_you_mean(relation, DRAWN)}")
        return relation

    @property
    def edge(self) -> tuple[str, str, str]:
        """The edge: paper, relation, target."""
        return (self.paper, self.relation, self.target)


def corrected(nodes: Iterable[Node], corrections: Iterable[Correction]) -> Iterator[Node]:
    """The nodes without the edges that were found wrong; a paper's code status follows its edges."""
    wrong: dict[str, set[tuple[str, str]]] = {}
    for c in corrections:
        wrong.setdefault(c.paper, set()).add((c.relation, c.target))
    for node in nodes:
        yield _without(node, wrong[node.id]) if node.id in wrong else node


def _without(node: Node, wrong: set[tuple[str, str]]) -> Node:
    kept = tuple(e for e in node.edges if (e.relation, e.target) not in wrong)
    relations = {e.relation for e in kept}
    status = "released" if "releasesCode" in relations else "promised" if "promisesCode" in relations else "none"
    return replace(node, edges=kept, properties=node.properties | {"codeStatus": status})


def read_corrections(folder: Path) -> list[Correction]:
    """The corrections kept beside a graph, sorted, each once; empty where there is no file.

    Raises `BadRecord` naming the line that cannot be read.
    """
    file = folder / FILE
    if not file.exists():
        return []
    found = {}
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        if line.strip():
            correction = parse_correction(line, f"{file} line {number}")
            found[correction.edge] = correction
    return [found[key] for key in sorted(found)]


def parse_correction(line: bytes, where: str) -> Correction:
    """Read one line; raises `BadRecord` that says what is wrong and where."""
    try:
        return Correction.model_validate(orjson.loads(line))
    except (ValidationError, orjson.JSONDecodeError) as err:
        reason = err.errors()[0]["msg"] if isinstance(err, ValidationError) else str(err)
        raise BadRecord(f"{where}: {reason}. A line is {{paper, relation, target, reason}}.") from err


def add_corrections(folder: Path, corrections: Iterable[Correction]) -> int:
    """Append corrections that are not there yet; returns how many. Safe beside other writers."""
    with FileLock(folder / f"{FILE}.lock"):
        known = {c.edge for c in read_corrections(folder)}
        new = [c for c in corrections if c.edge not in known]
        with (folder / FILE).open("ab") as file:
            for correction in new:
                file.write(orjson.dumps(correction.model_dump()) + b"\n")
            file.flush()
            os.fsync(file.fileno())
    return len(new)


def remove_correction(folder: Path, paper: str, relation: str, target: str) -> bool:
    """Take a correction back; False where there was none."""
    with FileLock(folder / f"{FILE}.lock"):
        kept = read_corrections(folder)
        left = [c for c in kept if c.edge != (paper, relation, target)]
        temporary = folder / f"{FILE}.new"
        temporary.write_bytes(b"".join(orjson.dumps(c.model_dump()) + b"\n" for c in left))
        temporary.replace(folder / FILE)
    return len(left) < len(kept)


def corrections_digest(folder: Path) -> str:
    """Changes when the corrections do."""
    return digest(repr([c.edge for c in read_corrections(folder)]))
