"""Hard cases of what reference managers and tables hold: BibTeX, RIS, CSV, Parquet."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

import loaders
from loaders._open import open_stream
from schema.errors import Rejected
from schema.paper import Paper


def read(text: str | bytes, name: str | None = None) -> list[Paper | Rejected]:
    data = text if isinstance(text, bytes) else text.encode()
    return [r for part in open_stream(io.BytesIO(data), "x") for r in loaders.read(part, name)]


def only(text: str, name: str | None = None) -> Paper:
    (record,) = read(text, name)
    assert isinstance(record, Paper), record
    return record


def test_letters_and_signs_of_latex_become_text_and_mathematics_stays() -> None:
    title = r"{\'E}tude of 50% \& 10\% in {\LaTeX}: ``quoted'' $\alpha_1 < x$ --- {\"u}ber"
    assert (
        only(f"@misc{{k, title={{{title}}}}}").title == "Étude of 50% & 10% in LaTeX: “quoted” $\\alpha_1 < x$ — über"
    )


def test_addresses_are_not_read_as_latex() -> None:
    paper = only(r"@misc{k, title={T}, url={https://a.example/~me/x\_y%20z}, doi={10.1000/a\_b}}")
    assert (paper.url, paper.doi) == ("https://a.example/~me/x_y%20z", "10.1000/a_b")


def test_institutions_particles_and_juniors_are_names() -> None:
    authors = (
        r"Barnes and {Noble and Sons, Inc.} and van der Berg, Jan and {\'E}mile Zola and King, Jr., Martin and others"
    )
    names = [a.name for a in only(f"@misc{{k, title={{T}}, author={{{authors}}}}}").authors]
    assert names == ["Barnes", "Noble and Sons, Inc.", "Jan van der Berg", "Émile Zola", "Martin King Jr."]


def test_macros_joined_values_and_months() -> None:
    text = '@string{j = "Journal"}\n@article(k, title = "Joined " # "Title", journal = j, year = 2020, month = sep)\n'
    paper = only(text, "bibtex")
    assert (paper.title, paper.venue, paper.date) == ("Joined Title", "Journal", "2020-09")


def test_macros_hold_beyond_the_block_in_which_they_stand() -> None:
    filler = "".join(f"@misc{{k{i}, title={{{'x' * 900} {i}}}}}\n" for i in range(400))
    last = read(f"@string{{j = {{Journal}}}}\n{filler}@article{{z, title={{Last}}, journal=j}}\n", "bibtex")[-1]
    assert isinstance(last, Paper)
    assert (last.venue, last.where) == ("Journal", "x line 402")


def test_the_number_of_arxiv_is_found_in_each_place_where_people_put_it() -> None:
    for said in ("eprint={2401.00001}, archiveprefix={arXiv}", "eprint={2401.00001v2}, eprinttype={arxiv}",
                 "journal={arXiv preprint arXiv:2401.00001}", "url={https://arxiv.org/abs/2401.00001}"):  # fmt: skip
        assert only(f"@misc{{k, title={{T}}, {said}}}").arxiv_id == "2401.00001"


def test_two_entries_with_one_key_are_two_papers() -> None:
    assert len(read("@misc{k, title={A}}\n@misc{k, title={B}}\n", "bibtex")) == 2


def test_ris_of_many_makers() -> None:
    text = (
        "\ufeffTY  - JOUR\r\nT1  - A\r\nA1  - X, Y\r\nN2  - abs\r\nY1  - 2020/03//\r\nUR  - http://a.example/1\r\n"
        "DO  - doi:10.1000/ABC\r\nAN  - 123456\r\nDB  - PubMed\r\nER  -\r\n\r\nTY - CHAP\nTI - One space\nER - \n"
        "TY  - JOUR\nTI  - No end"
    )
    first, second, third = read(text)
    assert isinstance(first, Paper)
    assert (first.title, first.abstract, first.doi, first.pmid, first.date) == (
        "A",
        "abs",
        "10.1000/abc",
        "123456",
        "2020-03",
    )
    assert isinstance(second, Paper)
    assert isinstance(third, Paper)
    assert (second.title, third.title) == ("One space", "No end")


def test_tables_of_zotero_and_scopus_need_no_mapping() -> None:
    zotero = (
        "Key,Item Type,Publication Year,Author,Title,Publication Title,DOI,Url,Abstract Note,Manual Tags\n"
        'ABCD1234,journalArticle,2020,"Doe, Jane; Roe, R.",T,J,10.1000/a,http://x.example/,abs,a; b\n'
    )
    paper = only(zotero)
    assert (paper.venue, paper.doi, paper.keywords) == ("J", "10.1000/a", ("a", "b"))
    assert [a.name for a in paper.authors] == ["Jane Doe", "R. Roe"]
    scopus = (
        "Authors,Title,Year,Source title,DOI,Link,Abstract,Author Keywords,EID\n"
        '"Doe J.; Roe R.",T,2020,J,10.1000/a,http://x.example/,abs,a; b,2-s2.0-1\n'
    )
    assert only(scopus).abstract == "abs"


def test_an_inch_sign_in_a_bare_cell_opens_no_quote() -> None:
    papers = read('title\tabstract\tyear\n5" screens\tA 5" thing\t2020\nNext\tb\t2021\n')
    assert [p.title for p in papers if isinstance(p, Paper)] == ['5" screens', "Next"]


def test_rows_that_are_too_short_too_long_or_empty() -> None:
    records = read("title,abstract\nA\nB,b,c,d\n\n,only an abstract\nC,c\n", "csv")
    assert [r.title if isinstance(r, Paper) else r.code for r in records] == ["A", "B", "no-title", "C"]
    assert records[2].where == "x line 5"


def test_a_table_of_excel_in_windows_1252() -> None:
    paper = read("Title;Abstract;Year\r\nÜber Müller;Größe – »groß«;2020\r\n".encode("cp1252"))[0]
    assert isinstance(paper, Paper)
    assert (paper.title, paper.abstract) == ("Über Müller", "Größe – »groß«")


@pytest.mark.parametrize(
    ("columns", "said"),
    [({"titel": "A"}, "Did you mean 'title'"), ({"title": "Titl"}, "Did you mean 'Title'")],
)
def test_a_mapping_to_what_is_not_there_names_the_nearest(columns: dict[str, str], said: str, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("Title,Abstract\na,b\n")
    (record,) = loaders.read(table, "csv", columns)
    assert isinstance(record, Rejected)
    assert said in record.reason


def test_the_text_format_of_pubmed_states_what_its_xml_states() -> None:
    text = (
        "PMID- 1\nTI  - One\nAU  - van der Berg JA\nMH  - *Kidney Neoplasms/*diagnosis/drug therapy\n"
        "MH  - Tomography, Optical Coherence\nMH  - Humans\n\nPMID- 2\nTI  - Two goes\n      on\nRIN - J X. 2020\n"
        "PMID- 3\nTI  - Three\n"
    )
    first, second, third = read(text)
    assert isinstance(first, Paper)
    assert isinstance(second, Paper)
    assert isinstance(third, Paper)
    assert first.authors[0].name == "JA van der Berg"
    assert [(f.relation, f.id) for f in first.facts] == [
        ("studiesCondition", "kidney-cancer"),
        ("targetsModality", "oct"),
    ]
    assert (second.title, second.retracted, second.where) == ("Two goes on", True, "x line 8")
    assert third.title == "Three"


@pytest.mark.parametrize("name", ["pwc-papers", "pwc-links", "pwc-methods", "pwc-datasets", "arxiv-snapshot"])
def test_a_dump_as_parquet_gives_what_its_json_gives(name: str, tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    sample = Path(loaders.__file__).parent / "samples" / loaders.LOADERS[name].sample
    text = sample.read_text(encoding="utf-8")
    rows = json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]
    pq.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "dump.parquet")

    def bare(records: Iterable[Paper | Rejected]) -> list[Paper]:
        return [r.model_copy(update={"where": ""}) for r in records if isinstance(r, Paper)]

    assert bare(loaders.read(tmp_path / "dump.parquet")) == bare(loaders.read(sample)) != []
