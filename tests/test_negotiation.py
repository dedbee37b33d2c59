"""Accept headers, as RFC 9110 reads them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from graphql_api.negotiation import etag, is_fresh, quality, ranked
from kg.store.formats import GRAPHS, SOLUTIONS

TYPES = [f.media_type for f in (*GRAPHS, *SOLUTIONS)] + ["*/*", "text/*", "application/*", "image/png", "text/html"]
ITEMS = st.tuples(st.sampled_from(TYPES), st.one_of(st.none(), st.floats(0, 1)))


def _header(items: list[tuple[str, float | None]]) -> str:
    return ", ".join(t if q is None else f"{t};q={q:.3f}" for t, q in items)


@given(st.text(max_size=60))
def test_no_header_breaks_anything(header: str) -> None:
    assert set(ranked(header, GRAPHS)) <= {f.name for f in GRAPHS}
    assert 0 <= quality(header, "text/turtle") <= 1


@given(st.lists(ITEMS, max_size=6))
def test_what_is_given_out_is_wanted_and_the_best_comes_first(items: list[tuple[str, float | None]]) -> None:
    header = _header(items)
    names = ranked(header or None, GRAPHS)
    by_name = {f.name: f for f in GRAPHS}

    wanted = [max(quality(header or None, t) for t in (by_name[n].media_type, *by_name[n].aliases)) for n in names]
    assert all(q > 0 for q in wanted)


def test_the_most_specific_range_decides() -> None:
    assert ranked("text/*;q=0.3, text/turtle;q=0", GRAPHS) == ()
    assert ranked("*/*;q=0.1, application/trig", GRAPHS)[0] == "trig"
    assert ranked("application/*;q=0.5, text/turtle;q=0.4", GRAPHS)[-1] == "turtle"
    assert ranked(None, SOLUTIONS) == tuple(f.name for f in SOLUTIONS)


def test_tags_are_compared_weakly_and_in_lists() -> None:
    tag = etag("a", "b")

    assert tag != etag("ab") and is_fresh(tag, tag) and is_fresh("*", tag)
    assert is_fresh(f'"x", {tag.removeprefix("W/")}', tag) and not is_fresh('"x"', tag) and not is_fresh(None, tag)
