"""Files appear whole, chunks are the same bytes, and an unknown name is answered with the nearest one."""

import gzip
import io
import threading
from pathlib import Path

import pytest

from kg.export import (
    FORMATS,
    ExportOptions,
    export_chunks,
    format_of,
    format_of_file,
    options_from_text,
    write_export,
    write_export_file,
)
from schema.errors import BadRequest
from tests.plain_graph import PlainGraph, small_graph


def export(graph, name, options=None) -> bytes:
    out = io.BytesIO()
    write_export(graph, name, out, options or ExportOptions())
    return out.getvalue()


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_snapshot_gives_the_same_bytes_on_every_way(name, tmp_path):
    graph, options = small_graph(), ExportOptions(published="2026-01-31")
    path = tmp_path / f"atlas{FORMATS[name].suffix}"

    write_export_file(graph, path, options)

    chunks = b"".join(export_chunks(small_graph(), name, options))
    assert path.read_bytes() == export(graph, name, options) == chunks
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_compressed_file_is_the_same_bytes_each_time(tmp_path):
    one, two = tmp_path / "a.nt.gz", tmp_path / "b.nt.gz"
    for path in (one, two):
        write_export_file(small_graph(), path)

    assert one.read_bytes() == two.read_bytes()
    assert gzip.decompress(one.read_bytes()) == export(small_graph(), "ntriples")


def test_parts_are_cut_between_lines_and_together_are_the_whole(tmp_path):
    parts = write_export_file(small_graph(), tmp_path / "atlas.nq", split_bytes=2000)

    assert [p.name for p in parts[:2]] == ["atlas-0001.nq", "atlas-0002.nq"]
    assert all(p.stat().st_size <= 2000 for p in parts)
    assert b"".join(p.read_bytes() for p in parts) == export(small_graph(), "nquads")
    assert len(list(tmp_path.iterdir())) == len(parts)


def test_a_document_cannot_be_split(tmp_path):
    with pytest.raises(BadRequest, match="cannot be split"):
        write_export_file(small_graph(), tmp_path / "atlas.graphml", split_bytes=100)


class Broken(PlainGraph):
    def all_edges(self):
        yield from list(super().all_edges())[:3]
        raise RuntimeError("the disk is gone")


def test_a_failed_export_leaves_the_old_file_and_no_rest(tmp_path):
    path = tmp_path / "atlas.graphml"
    path.write_text("old")

    with pytest.raises(RuntimeError):
        write_export_file(Broken(small_graph().all), path)

    assert path.read_text() == "old" and len(list(tmp_path.iterdir())) == 1


def test_an_error_on_the_way_reaches_the_reader_of_chunks():
    with pytest.raises(RuntimeError, match="disk is gone"):
        list(export_chunks(Broken(small_graph().all), "graphml"))


def test_a_reader_that_goes_away_ends_the_thread():
    many = PlainGraph(small_graph().all * 1)
    many.all = many.all * 20_000
    chunks = export_chunks(many, "ntriples")
    next(chunks)

    chunks.close()

    assert "export" not in {t.name for t in threading.enumerate()}


def test_progress_ends_with_the_size_of_the_file():
    told: list[int] = []
    out = io.BytesIO()
    write_export(small_graph(), "graphml", out, progress=told.append)

    assert told == sorted(told) and told[-1] == len(out.getvalue())


def test_a_format_goes_by_name_other_name_or_ending():
    assert format_of("ttl") is format_of(".ttl") is format_of("Turtle") is format_of_file(Path("x.ttl.gz"))
    assert all(format_of_file(Path(f"x{f.suffix}")) is f for f in FORMATS.values())


def test_an_unknown_format_or_option_is_answered_with_the_nearest():
    with pytest.raises(BadRequest, match="Did you mean 'graphml'"):
        format_of("grapml")
    with pytest.raises(BadRequest, match=r"\.graphml"):
        format_of_file(Path("atlas.doc"))
    with pytest.raises(BadRequest, match="Did you mean 'min_confidence'"):
        options_from_text({"min-confidense": "0.5"})
    with pytest.raises(BadRequest, match="Did you mean 'usesDataset'"):
        ExportOptions(relations=("usesDatset",))
    with pytest.raises(BadRequest, match="Did you mean 'Dataset'"):
        ExportOptions(classes=("Datset",))


def test_options_read_the_same_from_text_as_from_python():
    text = {"where": '{"year": 2020}', "classes": "papers,dataset", "relations": "kg:usesDataset", "hops": "2",
            "ego": "dataset:mimic-cxr", "min-confidence": "0.5", "largest-component": "",
            "layout": "circular"}  # fmt: skip

    assert options_from_text(text) == ExportOptions(
        where={"year": 2020}, classes=("Paper", "Dataset"), relations=("usesDataset",), hops=2,
        ego=("dataset/mimic-cxr",), min_confidence=0.5, largest_component=True, layout="circular",
    )  # fmt: skip
