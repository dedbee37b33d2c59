"""Takes papers out of the graph: their records leave the ledger, and the graph is published without them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kg.load import Report, decisions_of, publish, writing
from kg.resolve.identity import Papers
from schema.errors import NotFound, did_you_mean


def remove(folder: Path, papers: Sequence[str], sources: Sequence[str], *, base: str, keep: int) -> Report:
    """Remove papers by id, with every record that is theirs, and all records of some loaders ("pubmed").

    Raises `NotFound` for a paper or a loader of which nothing is there; then nothing is removed.
    """
    report = Report()
    with writing(folder) as ledger:
        known = Papers(decisions_of(ledger))
        for paper, _ in ledger.records():
            known.add(paper)
        known.solve()
        keys = [*ledger.keys()]
        owners = [known.paper_of(number) for number in range(len(keys))]
        for wanted, there in ((papers, set(owners)), (sources, {source for source, _ in keys})):
            if missing := next((w for w in wanted if w not in there), None):
                raise NotFound(f"Nothing here is {missing!r}.{did_you_mean(missing, there)}")
        gone = [k for k, owner in zip(keys, owners, strict=True) if owner in papers or k[0] in sources]
        report.removed = ledger.remove(gone)
        publish(ledger, folder, report, base=base, keep=keep)
    return report
