"""`kg quality`: measure an extractor on annotated papers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli import _options as options
from kg.settings import read_settings

EXAMPLES = """Examples:

  kg quality gold.jsonl texts.jsonl

  kg quality gold.jsonl listing.txt --extractor fast --json | jq '.rows'
"""


def command(
    gold: Annotated[
        Path, typer.Argument(metavar="GOLD", help="Annotated papers, one JSON object a line.", exists=True)
    ],
    texts: Annotated[
        list[str], typer.Argument(metavar="TEXTS...", help="Their titles and abstracts: JSON Lines or a listing.")
    ],
    extractor: options.ExtractorName = None,
    min_confidence: options.MinConfidence = None,
    as_json: Annotated[bool, typer.Option("--json", help="Plain values instead of Markdown.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write. [default: standard output]")
    ] = None,
) -> None:
    """Print the quality card: per relation precision, recall and F1, what confidence means, the commonest errors."""
    import orjson

    from kg.extract import get_extractor
    from kg.quality import make_card, page
    from kg.quality.texts import read_annotated, read_texts
    from schema.annotation import Text

    settings = read_settings({"extractor": extractor, "min_confidence": min_confidence})
    reader = get_extractor(settings.extractor)
    annotated = read_annotated(gold, read_texts(texts))
    drawn = reader.extract(Text(*pair) for _, pair in annotated)
    claims = [a.at_least(settings.min_confidence).as_json() for a in drawn]
    card = make_card(f"{settings.extractor} {reader.version}", [g for g, _ in annotated], claims)
    if as_json:
        made = orjson.dumps(card.as_json(), option=orjson.OPT_INDENT_2).decode() + "\n"
    else:
        made = page([card.as_json()], f"Made by `kg quality {gold.name} {' '.join(Path(t).name for t in texts)}`.")
    if output is None:
        typer.echo(made, nl=False)
    else:
        output.write_text(made, encoding="utf-8")
