"""Hard cases of the XML formats: arXiv, PubMed, PubMed Central, EndNote, Zotero."""

from __future__ import annotations

import io

import pytest

import loaders
from loaders._open import open_stream
from schema.errors import Rejected
from schema.paper import Paper


def read(text: str, name: str | None = None) -> list[Paper | Rejected]:
    return [r for part in open_stream(io.BytesIO(text.encode()), "x.xml") for r in loaders.read(part, name)]


def only(text: str, name: str | None = None) -> Paper:
    (record,) = read(text, name)
    assert isinstance(record, Paper), record
    return record


def atom(inside: str) -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><id>http://arxiv.org/api/q</id><entry>{inside}</entry></feed>'


def pubmed(article: str, more: str = "") -> str:
    return (
        "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>7</PMID>"
        f"<Article>{article}</Article>{more}</MedlineCitation></PubmedArticle></PubmedArticleSet>"
    )


def pmc(meta: str, rest: str = "") -> str:
    return f"<article xmlns:xlink='http://www.w3.org/1999/xlink'><front><article-meta>{meta}</article-meta></front>{rest}</article>"


def test_an_old_number_of_arxiv_keeps_its_archive() -> None:
    paper = only(atom("<id>http://arxiv.org/abs/math.GT/0309136v1</id><title>Knots</title>"))
    assert (paper.arxiv_id, paper.url) == ("math.GT/0309136", "https://arxiv.org/abs/math.GT/0309136")


def test_an_error_that_arxiv_gives_as_an_entry_is_rejected_with_its_words() -> None:
    (record,) = read(atom("<id>http://arxiv.org/api/errors#bad</id><title>Error</title><summary>bad id</summary>"))
    assert isinstance(record, Rejected)
    assert record.reason == "arXiv answers: bad id"


def test_a_comment_on_a_withdrawn_result_does_not_withdraw_the_paper() -> None:
    comment = (
        "<comment>20 pages; v2 repairs the withdrawn claim of Theorem 3 and adds an appendix on its history</comment>"
    )
    assert not only(atom(f"<id>http://arxiv.org/abs/2401.00001v2</id><title>T</title>{comment}")).retracted
    comment = "<comment>This submission has been withdrawn by arXiv administrators</comment>"
    assert only(atom(f"<id>http://arxiv.org/abs/2401.00001v2</id><title>T</title>{comment}")).retracted


def test_oai_dc_takes_the_first_description_as_the_abstract() -> None:
    record = (
        "<record><header><identifier>oai:arXiv.org:2401.00001</identifier></header><metadata><oai_dc:dc "
        'xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>T</dc:title><dc:creator>Example, Ada</dc:creator><dc:description>The abstract.</dc:description>"
        "<dc:description>Comment: 3 pages</dc:description><dc:identifier>http://arxiv.org/abs/2401.00001</dc:identifier>"
        "<dc:identifier>doi:10.1234/x</dc:identifier></oai_dc:dc></metadata></record>"
    )
    paper = only(f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>{record}</ListRecords></OAI-PMH>')
    assert (paper.abstract, paper.doi, paper.arxiv_id) == ("The abstract.", "10.1234/x", "2401.00001")
    assert paper.authors[0].name == "Ada Example"


def test_a_harvest_without_news_is_empty_and_another_error_is_rejected() -> None:
    wrap = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="{}">x</error></OAI-PMH>'
    assert read(wrap.format("noRecordsMatch"), "arxiv-oai") == []
    (record,) = read(wrap.format("badArgument"), "arxiv-oai")
    assert isinstance(record, Rejected)


def test_a_title_of_pubmed_with_only_its_vernacular_form_and_marks_inside() -> None:
    assert only(pubmed("<ArticleTitle/><VernacularTitle>Über CT.</VernacularTitle>")).title == "Über CT"
    title = "<ArticleTitle>H<sub>2</sub>O and 10<sup>6</sup> <b>CT</b> scans...</ArticleTitle>"
    assert only(pubmed(title)).title == "H2O and 10^6 CT scans..."


def test_dates_of_pubmed_come_in_seasons_ranges_and_words() -> None:
    def date_of(inside: str) -> str | None:
        journal = f"<Journal><JournalIssue><PubDate>{inside}</PubDate></JournalIssue></Journal>"
        return only(pubmed(f"<ArticleTitle>T</ArticleTitle>{journal}")).date

    assert date_of("<Year>2020</Year><Season>Spring</Season>") == "2020"
    assert date_of("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>") == "1998"
    assert date_of("<Year>2021</Year><Month>Sep</Month><Day>7</Day>") == "2021-09-07"


def test_headings_of_mesh_become_facts_only_where_it_is_certain_what_they_are() -> None:
    def heading(ui: str, name: str, *qualifiers: str) -> str:
        said = "".join(f"<QualifierName>{q}</QualifierName>" for q in qualifiers)
        return f'<MeshHeading><DescriptorName UI="{ui}">{name}</DescriptorName>{said}</MeshHeading>'

    headings = (
        heading("D006801", "Humans"), heading("D014057", "Tomography, X-Ray Computed"),
        heading("D999991", "Carcinoma, Inventedcellular", "drug therapy", "genetics"),
        heading("D999992", "Pelvis", "surgery"),
    )  # fmt: skip
    paper = only(pubmed("<ArticleTitle>T</ArticleTitle>", f"<MeshHeadingList>{''.join(headings)}</MeshHeadingList>"))
    assert [(f.relation, f.name, f.id) for f in paper.facts] == [
        ("targetsModality", "computed tomography", "ct"),
        ("studiesCondition", "Inventedcellular Carcinoma", None),
    ]
    assert paper.facts[1].quote == "MeSH: Carcinoma, Inventedcellular / drug therapy / genetics"


def test_a_paper_with_a_retraction_notice_is_retracted() -> None:
    notes = '<CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"/></CommentsCorrectionsList>'
    assert only(pubmed("<ArticleTitle>T</ArticleTitle>", notes)).retracted


def test_a_chapter_of_a_book_in_pubmed_is_read() -> None:
    book = "<BookDocument><PMID>9</PMID><ArticleTitle>Kidney</ArticleTitle></BookDocument>"
    text = f"<PubmedArticleSet><PubmedBookArticle>{book}</PubmedBookArticle></PubmedArticleSet>"
    assert only(text).pmid == "9"


def test_an_article_of_pmc_without_sections_dates_or_numbers_is_read() -> None:
    meta = "<title-group><article-title>T</article-title></title-group><abstract><p>One.</p><p>Two.</p></abstract>"
    assert only(pmc(meta)).abstract == "One.\nTwo."


def test_links_outside_the_statement_on_data_and_code_are_no_code_of_the_paper() -> None:
    link = '<p>See <ext-link xlink:href="https://github.com/other/tool">a tool</ext-link>.</p>'
    body = f"<body><sec sec-type='methods'>{link}</sec></body>"
    meta = "<title-group><article-title>T</article-title></title-group>"
    assert only(pmc(meta, body)).facts == ()
    assert (
        only(pmc(meta, body.replace("methods", "data-availability"))).facts[0].name == "https://github.com/other/tool"
    )


def test_a_sub_article_is_no_paper_of_its_own() -> None:
    title = "<title-group><article-title>Reply</article-title></title-group>"
    reply = f"<sub-article><front-stub>{title}</front-stub></sub-article>"
    assert only(pmc("<title-group><article-title>T</article-title></title-group>", reply)).title == "T"


@pytest.mark.parametrize(
    "broken",
    [
        "a < b & c",
        "<x>",
        "</x>",
        "</title></title>",
        "<title",
        "&unknown;",
        "]]>",
        "<!ENTITY a 'b'>",
        "<!DOCTYPE a>",
        "<![CDATA[x",
    ],
)
def test_broken_mark_up_in_one_record_is_no_harm_to_its_neighbours(broken: str) -> None:
    def entry(number: int, title: str) -> str:
        return f"<entry><id>http://arxiv.org/abs/2401.0000{number}</id><title>{title}</title></entry>"

    entries = entry(1, "First") + entry(2, f"T {broken} T") + entry(3, "Last") + entry(4, "Very last")
    # The declaration stands so far behind that the first bytes do not show it.
    padding = f"<!-- {'x' * 70_000} -->"
    records = read(f'<feed xmlns="http://www.w3.org/2005/Atom">{padding}{entries}</feed>', "arxiv")
    found = [p.title for p in records if isinstance(p, Paper)]
    assert [t for t in found if not t.startswith("T")] == ["First", "Last", "Very last"]


def test_bare_signs_and_characters_with_names_of_html_stay_in_the_text() -> None:
    title = "Caf&eacute;&nbsp;2 < 3 & p<0.05 <![CDATA[a & b]]> &amp; &lt;c&gt;"
    paper = only(atom(f"<id>http://arxiv.org/abs/2401.00001</id><title>{title}</title>"))
    assert paper.title == "Café 2 < 3 & p<0.05 a & b & <c>"


def test_a_record_without_its_end_ends_where_the_next_one_begins() -> None:
    entries = "<entry><id>http://arxiv.org/abs/2401.00001</id><title>No end</title>" + (
        "<entry><id>http://arxiv.org/abs/2401.00002</id><title>Whole</title></entry><entry/>"
    )
    records = read(f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>', "arxiv")
    assert [p.title for p in records if isinstance(p, Paper)] == ["No end", "Whole"]


def test_journals_of_zotero_are_found_before_and_behind_their_articles() -> None:
    head = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:z="http://www.zotero.org/namespaces/export#" '
        'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:bib="http://purl.org/net/biblio#" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
    )
    article = (
        '<bib:Article rdf:about="#item_1"><z:itemType>journalArticle</z:itemType><dc:title>T</dc:title>'
        '<dcterms:isPartOf rdf:resource="urn:issn:1"/></bib:Article>'
    )
    journal = '<bib:Journal rdf:about="urn:issn:1"><dc:title>J</dc:title></bib:Journal>'
    for inside in (article + journal, journal + article):
        paper = only(f"{head}{inside}</rdf:RDF>")
        assert (paper.venue, paper.id) == ("J", None)
