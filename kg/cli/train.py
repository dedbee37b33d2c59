"""`kg train`: learn to read from annotated papers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

EXAMPLES = """Examples:

  kg train gold.jsonl texts.jsonl -o mine.npz

  kg extract papers.jsonl --extractor ./mine.npz
"""


def command(
    gold: Annotated[
        Path, typer.Argument(metavar="GOLD", help="Annotated papers, one JSON object a line.", exists=True)
    ],
    texts: Annotated[
        list[str], typer.Argument(metavar="TEXTS...", help="Their titles and abstracts: JSON Lines or a listing.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="MODEL", help="The model to write (.npz).")],
    seed: Annotated[int, typer.Option(help="The same papers and seed give the same model.")] = 0,
    effort: Annotated[float, typer.Option(min=0.02, max=10, help="Scales the number of trees, and the time.")] = 1.0,
    tagger: Annotated[
        bool, typer.Option("--tagger", help="Train the small transformer too, beside MODEL: takes hours.")
    ] = False,
    scores: Annotated[
        Path | None,
        typer.Option("--tagger-scores", metavar="FOLDER", help="Its held-out scores from an earlier training."),
    ] = None,
) -> None:
    """Train an extraction model, print its cross-validated figures and keep them beside it (.json)."""
    import orjson

    from kg.extract.model import write_model
    from kg.quality import make_card, page
    from kg.quality.texts import read_texts
    from kg.train import read_papers, tagged, train

    def say(what: str) -> None:
        typer.echo(what, err=True)

    papers = read_papers(gold, read_texts(texts))
    if tagger:
        scores = tagged.train_tagger(papers, output, seed, say)
    said = None if scores is None else tagged.read_scores(scores, len(papers))
    trained = train(papers, seed, say, effort, said)
    write_model(output, trained.model)
    golds = [p.gold for p in papers]
    cards = [
        make_card("default, cross-validated", golds, trained.claims),
        make_card("fast, cross-validated", golds, trained.fast_claims),
    ]
    figures: dict[str, Any] = {"version": trained.model.version, "seed": seed, "cards": [c.as_json() for c in cards]}
    output.with_suffix(".json").write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2) + b"\n")
    how = f"Five folds of {len(papers):,} annotated papers; every claim is about a paper its model had not seen."
    typer.echo(page(figures["cards"], how))
