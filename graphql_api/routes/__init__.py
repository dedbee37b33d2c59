"""One module per family of routes, each with `router(served, settings) -> APIRouter`; `graphql_api.app` lists them."""
