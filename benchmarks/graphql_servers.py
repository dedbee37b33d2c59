"""The two servers that `bench_graphql` asks: ours, and a stock strawberry application with the answer in memory.

python -m benchmarks.graphql_servers PORT ours FOLDER CACHE_BYTES
python -m benchmarks.graphql_servers PORT strawberry ANSWER_FILE
"""

import json
import sys
from pathlib import Path
from typing import Any

import uvicorn


def ours(folder: str, cache_bytes: str) -> Any:
    """Our application over a graph's folder."""
    from graphql_api.app import create_app
    from kg.settings import Settings

    return create_app(Settings(store=folder, graphql_cache_bytes=int(cache_bytes)))


def stock(answer: str) -> Any:
    """A strawberry application as its documentation shows it, with the answer of query 1 ready as objects."""
    import strawberry
    from fastapi import FastAPI
    from strawberry.extensions import ParserCache, ValidationCache
    from strawberry.fastapi import GraphQLRouter

    found = json.loads(Path(answer).read_bytes())["data"]["papers"]

    @strawberry.type
    class Titled:
        title: str

    @strawberry.type
    class Named:
        name: str

    @strawberry.type
    class Repository:
        url: str | None

    @strawberry.type
    class Modality:
        id: strawberry.ID
        pref_label: str

    @strawberry.type
    class Dataset:
        name: str
        introduced_by: list[Titled]

    @strawberry.type
    class Paper:
        id: strawberry.ID
        title: str
        year: int | None
        code_status: str
        repositories: list[Repository]
        modalities: list[Modality]
        uses_datasets: list[Dataset]
        proposes_methods: list[Named]

    @strawberry.type
    class Papers:
        total_count: int
        nodes: list[Paper]

    @strawberry.input
    class Related:
        is_: str | None = strawberry.field(name="is", default=None)

    @strawberry.input
    class Where:
        targets_modality: Related | None = None
        releases_code: bool | None = None

    def paper(row: dict[str, Any]) -> Any:
        return Paper(
            id=strawberry.ID(row["id"]), title=row["title"], year=row["year"], code_status=row["codeStatus"],
            repositories=[Repository(url=r["url"]) for r in row["repositories"]],
            modalities=[Modality(id=strawberry.ID(m["id"]), pref_label=m["prefLabel"]) for m in row["modalities"]],
            uses_datasets=[
                Dataset(name=d["name"], introduced_by=[Titled(title=t["title"]) for t in d["introducedBy"]])
                for d in row["usesDatasets"]
            ],
            proposes_methods=[Named(name=m["name"]) for m in row["proposesMethods"]],
        )  # fmt: skip

    ready = Papers(total_count=found["totalCount"], nodes=[paper(row) for row in found["nodes"]])

    def found_papers(where: Where | None = None, first: int = 20) -> Papers:  # noqa: ARG001
        return ready

    @strawberry.type
    class Query:
        papers: Papers = strawberry.field(resolver=found_papers)

    schema = strawberry.Schema(
        Query, extensions=[lambda: ParserCache(maxsize=100), lambda: ValidationCache(maxsize=100)]
    )
    app = FastAPI()
    app.include_router(GraphQLRouter(schema), prefix="/graphql")
    return app


def main() -> None:
    """Serve until terminated."""
    port, kind, *arguments = sys.argv[1:]
    app = {"ours": ours, "strawberry": stock}[kind](*arguments)
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="error", access_log=False)


if __name__ == "__main__":
    main()
