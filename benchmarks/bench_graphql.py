"""GraphQL against the same questions in SPARQL, and our server against a stock strawberry one.

    python -m benchmarks graphql --papers 10000 100000 --folder bench-data

For each size: the three contract queries in process (every answer computed
anew), the same questions as SPARQL on the same snapshot with pyoxigraph, and
at sizes up to `--rdflib` also with rdflib in memory (which papers or datasets
alone, without page and fields). A question in SPARQL is
what it takes to give the same facts: the count, the page, and one query for
the fields of the page, all as set-based queries.

Over HTTP, one server process each, eight connections: requests per second of
our server with its cache of answers and without, and of a strawberry
application (FastAPI, parser and validation caches) that has the same answer
ready in memory as objects. All in one run; the ratios are what counts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.generate import write_snapshot
from benchmarks.query import median_ms
from graphql_api.limits import Limits
from graphql_api.service import Question, Service
from kg.query import Graph
from kg.store import snapshots
from kg.store.embedded import open_read_only

QUERY_1 = """{ papers(where: {targetsModality: {is: "CT"}, releasesCode: true}, first: 20) { totalCount
  nodes { id title year codeStatus repositories { url } modalities { id prefLabel }
    usesDatasets { name introducedBy { title } } proposesMethods { name } } } }"""
QUERY_2 = """query Reuse($m: String!) {
  datasets(where: {usedBy: {some: {targetsModality: {is: $m}, releasesCode: true}}}, orderBy: {usedByCount: DESC},
           first: 10) {
    nodes { name usedByCount introducedBy { title codeStatus }
      usedBy(first: 5, where: {year: {gte: 2020}}) { totalCount nodes { title tasks { prefLabel } } } } } }"""
QUERY_3 = """{ papers(where: {or: [{addressesTask: {is: "%s"}}, {usesDataset: {is: "%s"}}],
                 not: {targetsModality: {is: "MRI"}}}) { totalCount
    facets { modality(first: 10) { value { prefLabel } count } task(first: 10) { value { prefLabel } count }
             codeStatus { value count } }
    nodes { title edges { relation target { __typename name } evidence { quote section } confidence } } } }"""

PREFIXES = """PREFIX kg: <https://w3id.org/paperatlas/ns#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> PREFIX schema: <https://schema.org/>
"""
CT = """?m skos:broader* <https://w3id.org/paperatlas/modality/ct> . ?s kg:targetsModality ?m ; kg:releasesCode ?r ."""
# rdflib is asked for what is found alone, once: with the page and its fields it does not come to an end.
FOUND_1 = f"SELECT DISTINCT ?s {{ {CT} }}"
FOUND_2 = f"SELECT DISTINCT ?d {{ {CT} ?s kg:usesDataset ?d }}"
FIELDS_1 = """SELECT * { VALUES ?s { %s } ?s dcterms:title ?title ; kg:codeStatus ?status .
  OPTIONAL { ?s kg:year ?year }
  { ?s kg:releasesCode ?r . OPTIONAL { ?r schema:codeRepository ?url } }
  UNION { ?s kg:targetsModality ?m . ?m rdfs:label ?label }
  UNION { ?s kg:usesDataset ?d . ?d rdfs:label ?name . OPTIONAL { ?i kg:introducesDataset ?d ; dcterms:title ?by } }
  UNION { ?s kg:proposesMethod ?p . ?p rdfs:label ?method } }"""
FIELDS_2 = """SELECT * { VALUES ?d { %s } ?d rdfs:label ?name .
  { ?i kg:introducesDataset ?d ; dcterms:title ?by ; kg:codeStatus ?status }
  UNION { ?u kg:usesDataset ?d ; kg:year ?year ; dcterms:title ?title . FILTER(?year >= 2020)
          OPTIONAL { ?u kg:addressesTask ?t . ?t rdfs:label ?task } } }"""
FIELDS_3 = """SELECT * { VALUES ?s { %s } ?s dcterms:title ?title .
  GRAPH ?g { ?a rdf:subject ?s ; rdf:predicate ?relation ; rdf:object ?o ; kg:confidence ?sure ; kg:passage ?p .
             ?p kg:quote ?quote ; kg:section ?section } ?o rdfs:label ?target }"""

# By hand: a union is what a person would write, and many times faster here than two EXISTS.
MATCHING_3 = """{ SELECT DISTINCT ?s {
  { ?t skos:broader* <%s> . ?s kg:addressesTask ?t } UNION { ?s kg:usesDataset <%s> }
  FILTER NOT EXISTS { ?s kg:targetsModality/skos:broader* <https://w3id.org/paperatlas/modality/mri> } } }"""

Ask = Callable[[str], list[Any]]


def questions(graph: Graph) -> list[tuple[str, str, dict[str, Any]]]:
    """The contract queries with names that the generated graph has."""
    task, dataset = graph.label(graph.ids("Task", [3])[0]), graph.label(graph.ids("Dataset", [3])[0])
    return [
        ("1: page of 20 with count", QUERY_1, {}),
        ("2: reuse, nested", QUERY_2, {"m": "CT"}),
        ("3: facets and evidence", QUERY_3 % (task, dataset), {}),
    ]


def sparql_1(graph: Graph, ask: Ask) -> None:
    """The first question in SPARQL: count, page, fields."""
    where = {"targetsModality": {"is": "CT"}, "releasesCode": True}
    ask(f"{PREFIXES} SELECT (COUNT(DISTINCT ?s) AS ?n) {{ {CT} }}")
    page = ask(graph.sparql_for("Paper", where, limit=20))
    ask(PREFIXES + FIELDS_1 % " ".join(f"<{row}>" for row in page))


def sparql_2(graph: Graph, ask: Ask) -> None:
    """The second question: page, fields."""
    where = {"usedBy": {"some": {"targetsModality": {"is": "CT"}, "releasesCode": True}}}
    page = ask(graph.sparql_for("Dataset", where, [{"usedByCount": "DESC"}], limit=10))
    ask(PREFIXES + FIELDS_2 % " ".join(f"<{row}>" for row in page))


def sparql_3(graph: Graph, ask: Ask) -> None:
    """The third question: page, three facets, edges with evidence. The count comes with the facet of the status."""
    task, dataset = (graph.base + graph.ids(cls, [3])[0] for cls in ("Task", "Dataset"))
    inner = MATCHING_3 % (task, dataset)
    page = ask(f"{PREFIXES} SELECT ?s {{ {inner} OPTIONAL {{ ?s kg:year ?year }} ?s rdfs:label ?label }} "
               "ORDER BY DESC(?year) LCASE(?label) ?s LIMIT 20")  # fmt: skip
    for relation in ("targetsModality", "addressesTask"):
        ask(f"{PREFIXES} SELECT ?v (COUNT(DISTINCT ?s) AS ?n) {{ {inner} ?s kg:{relation} ?x . ?x skos:broader* ?v }} "
            "GROUP BY ?v ORDER BY DESC(?n) LIMIT 10")  # fmt: skip
    ask(f"{PREFIXES} SELECT ?v (COUNT(?s) AS ?n) {{ {inner} ?s kg:codeStatus ?v }} GROUP BY ?v")
    ask(PREFIXES + FIELDS_3 % " ".join(f"<{row}>" for row in page))


def in_process(folder: Path, papers: int, with_rdflib: bool) -> None:
    """Print the table of one size."""
    snapshot = snapshots.current(folder)
    graph, store = Graph.open(snapshot.path), open_read_only(snapshot.rdf_path)
    service = Service(Limits())
    in_memory = _rdflib(store) if with_rdflib else None

    def oxigraph(text: str) -> list[Any]:
        return [row[0].value for row in store.query(text) if row[0] is not None]  # type: ignore[index,union-attr]

    def rdflib(text: str) -> list[Any]:
        assert in_memory is not None
        return [str(row[0]) for row in in_memory.query(text)]

    asked = zip(questions(graph), (sparql_1, sparql_2, sparql_3), (FOUND_1, FOUND_2, None), strict=True)
    for (name, query, variables), sparql, found in asked:
        question = Question(query, variables)
        assert service.answer(graph, question).clean
        ours = median_ms(lambda question=question: service.answer(graph, question), 100)
        theirs = median_ms(lambda sparql=sparql: sparql(graph, oxigraph), 3)
        line = f"{papers:>8}  {name:26}{ours:12.3f}{theirs:12.1f}{theirs / ours:11.0f}x"
        if in_memory is not None and found:
            began = time.perf_counter()
            rdflib(PREFIXES + found)
            slow = (time.perf_counter() - began) * 1000
            line += f"{slow:12.1f}{slow / ours:11.0f}x"
        print(line, flush=True)


def _rdflib(store: Any) -> Any:
    """The facts of a snapshot (its default graph) in rdflib's memory store."""
    import pyoxigraph as ox
    import rdflib

    graph = rdflib.Graph()
    text = ox.serialize(
        (q.triple for q in store.quads_for_pattern(None, None, None, ox.DefaultGraph())), format=ox.RdfFormat.N_TRIPLES
    )
    graph.parse(data=text or b"", format="nt")
    return graph


# -- over HTTP ------------------------------------------------------------


def over_http(folder: Path, seconds: float) -> None:
    """Print requests per second of our server, cached and not, and of the strawberry one."""
    graph = Graph.open(folder)
    name, query, variables = questions(graph)[0]
    answer = Service(Limits()).answer(graph, Question(query, variables)).body
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(answer)
        file.flush()
        _compare(folder, name, json.dumps({"query": query, "variables": variables}).encode(), file.name, seconds)


def _compare(folder: Path, name: str, body: bytes, answer: str, seconds: float) -> None:
    size = Path(answer).stat().st_size
    servers = {
        "ours": ["ours", str(folder), "32000000"],
        "ours, cache of answers off": ["ours", str(folder), "0"],
        "strawberry, answer in memory": ["strawberry", answer],
    }
    rates = {}
    for server, arguments in servers.items():
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            port = listening.getsockname()[1]
        process = subprocess.Popen([sys.executable, "-m", "benchmarks.graphql_servers", str(port), *arguments])
        try:
            rates[server] = asyncio.run(_rate(port, body, seconds, size))
        finally:
            process.terminate()
            process.wait()
    for server, rate in rates.items():
        ratio = rate / rates["strawberry, answer in memory"]
        print(f"query {name:26} {server:30} {rate:9.0f} requests/s {ratio:6.1f}x", flush=True)


async def _rate(port: int, body: bytes, seconds: float, size: int) -> float:
    """Requests per second over eight kept connections, after a second of warming up."""
    head = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(
        body
    )
    await _until_up(port)
    done = 0
    end = time.perf_counter() + 1

    async def one() -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < end:
            writer.write(head + body)
            headers = await reader.readuntil(b"\r\n\r\n")
            assert headers.startswith(b"HTTP/1.1 200"), headers
            length = int(headers.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            assert length > size * 0.9, (length, size)
            await reader.readexactly(length)
            done += 1
        writer.close()

    await asyncio.gather(*(one() for _ in range(8)))
    done, began = 0, time.perf_counter()
    end = began + seconds
    await asyncio.gather(*(one() for _ in range(8)))
    return done / (time.perf_counter() - began)


async def _until_up(port: int) -> None:
    for _ in range(600):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise SystemExit("the server did not start")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks graphql", description=__doc__.partition("\n")[0])
    parser.add_argument("--papers", type=int, nargs="+", default=[10_000], help="sizes of graphs, in papers")
    parser.add_argument("--folder", type=Path, default=Path("bench-data"), help="where graphs are kept")
    parser.add_argument("--rdflib", type=int, default=10_000, help="largest size that rdflib is asked as well")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each server is asked; 0 for not at all")
    chosen = parser.parse_args(arguments)
    heads = ("GraphQL ms", "Oxigraph ms", "ratio", "rdflib ms", "ratio")
    print(f"{'papers':>8}  {'question':26}" + "".join(f"{head:>12}" for head in heads))
    for papers in chosen.papers:
        folder = chosen.folder / str(papers)
        if snapshots.current_name(folder) is None:
            write_snapshot(papers, folder)
        in_process(folder, papers, papers <= chosen.rdflib)
        if chosen.seconds:
            over_http(folder, chosen.seconds)


if __name__ == "__main__":
    main()
