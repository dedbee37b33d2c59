"""What the language model is told.

A change of the wording gets a new `PROMPT_VERSION`, which is part of the cache's key.
"""

from __future__ import annotations

from typing import Final

from schema.annotation import Text
from schema.concepts import concepts

PROMPT_VERSION: Final = "1"

_RULES: Final = """\
You read the title and abstract of a research paper and report which typed edges the text supports. Use nothing but \
this text: no outside knowledge, no guesses.

Relations:
- usesDataset: a named, already existing dataset, benchmark, corpus, database or cohort that the paper trains on, \
evaluates on, analyses or extends. Not one cited as background; not an unnamed one.
- introducesDataset: a named dataset, benchmark, corpus or challenge that the paper creates.
- proposesMethod: the named model, architecture, algorithm, framework, loss, tool or metric that is the paper's own \
contribution. A purely descriptive phrase is no name.
- usesMethod: an existing, nameable model, architecture or technique that the paper builds on, applies, evaluates or \
compares against (ResNet-18, BERT, diffusion model, random forest). Not names of whole fields (deep learning, AI, \
large language model).
- addressesTask: the one to four tasks that the paper is about, in the field's standard term (medical image \
segmentation, visual question answering).
- studiesCondition: a disease, disorder or clinical condition that the task is about. Not a mere example.
- targetsModality: the kind of data taken in or put out, by an id of the list below; the most specific one that the \
text supports. Not one mentioned only in contrast or as future work.

Names: as the text writes them, without article and without a trailing type word (dataset, model, framework). One \
edge per thing: acronym, long form and variants go to aliases.

code: whether the paper releases its own software. "released" where it is said to be available, with or without a \
link; "promised" where it will be or is available upon acceptance; "none" otherwise, also for a dataset only or \
somebody else's code. urls: the addresses the text gives for it.

results: numbers that the abstract reports for the paper's own system or data on a named metric; the value as printed \
without its unit; delta true for a relative change. Counts of patients, images or documents are no results.

passage: the shortest stretch of the text that supports the edge, copied character for character. An edge whose \
passage is not in the text is thrown away. confidence: how likely a careful reader agrees, 0 to 1.

Answer with one JSON object: {"edges": [{"relation", "name", "aliases", "passage", "confidence"}], "code": {"status", \
"urls", "passage", "confidence"}, "results": [{"metric", "value", "unit", "dataset", "delta", "passage", \
"confidence"}]}. No other words.

Modality ids:
"""


def messages_for(text: Text) -> list[dict[str, str]]:
    """The conversation that asks for one paper."""
    listed = "\n".join(f"{c.id}: {c.label}" for c in concepts("Modality").values())
    return [
        {"role": "system", "content": _RULES + listed},
        {"role": "user", "content": f"Title: {text.title}\n\nAbstract: {text.abstract}"},
    ]


def complaint(reason: str) -> str:
    """What is said to a model whose reply could not be read."""
    return f"That could not be read ({reason}). Answer again with the one JSON object only."
