"""What holds for every format: it is recognised, its sample gives the same records from everywhere, packed or not."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

import loaders
from kg import made
from loaders._open import open_stream
from schema.errors import Rejected
from schema.paper import Paper

SAMPLES = Path(loaders.__file__).parent / "samples"
GOLDEN = Path(__file__).parent / "golden" / "loaders"
NAMES = sorted(loaders.LOADERS)


def sample_of(name: str) -> Path:
    return SAMPLES / loaders.LOADERS[name].sample


def as_json(records: list[Paper | Rejected]) -> list[dict[str, object]]:
    return [
        r.model_dump(mode="json", exclude_defaults=True) if isinstance(r, Paper) else {"rejected": r.code}
        for r in records
    ]


def zipped(data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.dat", data)
    return packed.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "zip": zipped,
    "zip of gzip": lambda data: zipped(gzip.compress(data)),
    "two gzip members": lambda data: gzip.compress(data[:100]) + gzip.compress(data[100:]),
}


@pytest.mark.parametrize("name", NAMES)
def test_the_sample_gives_the_records_of_its_golden_file(name: str, update_golden: bool) -> None:
    found = json.dumps(as_json(list(loaders.read(sample_of(name)))), indent=1, ensure_ascii=False, sort_keys=True)
    golden = GOLDEN / f"{name}.json"
    if update_golden:
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(found + "\n", encoding="utf-8")
    assert found + "\n" == golden.read_text(encoding="utf-8"), (
        "run: pytest tests/test_loader_formats.py --update-golden"
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_sample_is_recognised_without_its_name_and_no_other_loader_is_as_sure(name: str) -> None:
    (source,) = open_stream(io.BytesIO(sample_of(name).read_bytes()), "unnamed")
    sure = {other: loader.recognises(source.head) for other, loader in loaders.LOADERS.items()}
    best = max(sure.values())
    assert [n for n, s in sure.items() if s == best] == [name]


@pytest.mark.parametrize("name", NAMES)
def test_standard_input_gives_the_same_records_as_the_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Pipe(io.RawIOBase):
        """Gives a few bytes at a time and cannot seek, as a pipe does."""

        def __init__(self, data: bytes) -> None:
            self._rest = data

        def read(self, size: int = -1) -> bytes:
            chunk, self._rest = self._rest[: min(size, 997)], self._rest[min(size, 997) :]
            return chunk

    class Stdin:
        buffer = Pipe(sample_of(name).read_bytes())

    monkeypatch.setattr("sys.stdin", Stdin())
    piped = [json.dumps(r) for r in as_json(list(loaders.read("-")))]
    filed = [json.dumps(r) for r in as_json(list(loaders.read(sample_of(name))))]
    assert [p.replace("standard input", sample_of(name).name) for p in piped] == filed


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("name", ["arxiv", "jsonl", "openalex", "parquet", "zotero-rdf"])
def test_packed_sources_give_the_same_records(name: str, packer: str, tmp_path: Path) -> None:
    packed = tmp_path / "packed.bin"
    packed.write_bytes(PACKERS[packer](sample_of(name).read_bytes()))
    found = [dict(r, where="") for r in as_json(list(loaders.read(packed)))]
    assert found == [dict(r, where="") for r in as_json(list(loaders.read(sample_of(name))))]


def test_a_folder_gives_the_records_of_its_files_in_the_order_of_their_names(tmp_path: Path) -> None:
    for number, name in enumerate(["ris", "jsonl"]):
        (tmp_path / f"{number}-{name}").write_bytes(sample_of(name).read_bytes())
    (tmp_path / "2-readme.md").write_text("# Nothing to read here\n")
    (tmp_path / ".hidden").write_text("{")
    records = list(loaders.read(tmp_path))
    assert [r.source if isinstance(r, Paper) else r.code for r in records] == [
        "ris", "ris", "jsonl", "jsonl", "unknown-format",
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_format_says_what_it_is_and_under_which_licence_its_data_stand(name: str) -> None:
    loader = loaders.LOADERS[name]
    assert loader.name == name
    assert loader.label
    assert loader.suffixes
    assert loader.licence or name == "jsonl"
    assert sample_of(name).exists()


def test_the_format_can_be_named_where_it_would_not_be_recognised(tmp_path: Path) -> None:
    odd = tmp_path / "odd"
    odd.write_text("Titel;Jahr\nEine Arbeit;2020\n")
    (paper,) = loaders.read(odd, "csv", {"title": "Titel", "year": "Jahr"})
    assert isinstance(paper, Paper)
    assert (paper.title, paper.year) == ("Eine Arbeit", 2020)


def test_the_page_of_sources_is_made_from_the_table() -> None:
    page = Path(__file__).parent.parent / "docs" / "sources.md"
    assert page.read_text(encoding="utf-8") == made.text_of("docs/sources.md"), "run: make docs"
