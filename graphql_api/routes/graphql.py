"""`/graphql`: GraphQL over HTTP with a cache of ready answers, and an IDE for browsers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Hashable
from importlib import resources
from typing import Final

import anyio.to_thread
import orjson
from fastapi import APIRouter
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response

from graphql_api.cache import AnswerCache
from graphql_api.errors import INTERNAL, MASK, RequestErrors
from graphql_api.limits import Limits
from graphql_api.request import HTML, JSON, RESPONSE_JSON, HttpError, media_type, read_request
from graphql_api.service import Answer, Question, Service, failure
from graphql_api.state import Served, State
from kg.settings import Settings
from schema.errors import KgError, LimitExceeded

log = logging.getLogger("graphql_api")

PATH: Final = "/graphql"
_GRACE_S: Final = 0.5


class Endpoint:
    """The handler behind `/graphql`."""

    def __init__(self, served: Served, settings: Settings) -> None:
        self.served = served
        self.limits = Limits.of(settings)
        self.service = Service(self.limits, settings.min_confidence)
        self.cache = AnswerCache(settings.graphql_cache_bytes)

    async def __call__(self, request: Request) -> Response:
        """Answer one HTTP request; never raises."""
        if request.method not in ("GET", "POST", "HEAD"):
            return self._response(failure([_error("Use GET or POST.")]), JSON, 405, {"allow": "GET, HEAD, POST"})
        accepted = media_type(request.headers.get("accept"), html=request.method != "POST")
        if accepted is None:
            refused = failure([_error(f"This route answers in {RESPONSE_JSON} or {JSON}.", "not-acceptable")])
            return self._response(refused, JSON, 406)
        if accepted == HTML:
            return _ide()
        try:
            return await self._graphql(request, accepted)
        except HttpError as err:
            return self._response(failure(err.errors), accepted, err.status, err.headers)
        except KgError as err:
            return self._response(failure([_error(err.message, err.code)]), accepted, err.status)
        except Exception:
            log.exception("unexpected error at %s", PATH)
            return self._response(failure([_error(MASK, INTERNAL)]), accepted, 500)

    async def _graphql(self, request: Request, accepted: str) -> Response:
        read = await read_request(request, self.limits)
        state = self.served.now()
        answers = [await self._answer(state, question) for question in read.questions]
        if read.batch:
            body = b"[" + b",".join(a.body for a in answers) + b"]"
            return self._response(Answer(body, True, True), accepted)
        (answer,) = answers
        status = 400 if accepted == RESPONSE_JSON and not answer.ran else 200
        return self._response(answer, accepted, status)

    async def _answer(self, state: State, question: Question) -> Answer:
        if question.sha256 and question.query is not None:
            try:
                self.service.text_of(question)  # remembers the hash, also where the answer is ready
            except RequestErrors as err:
                return failure(err.errors)
        key = _key(state, question)
        if (ready := self.cache.get(key)) is not None:
            return Answer(ready, True, True)
        # In a thread, so that a slow question does not hold up the quick ones.
        running = anyio.to_thread.run_sync(self.service.answer, state.graph, question, abandon_on_cancel=True)
        try:
            answer = await asyncio.wait_for(running, self.limits.timeout_s + _GRACE_S)
        except TimeoutError:
            message = f"The request ran longer than {self.limits.timeout_s:g} s; ask for less at once."
            return failure([_error(message, LimitExceeded.code)])
        if answer.clean:
            self.cache.put(key, answer.body)
        return answer

    @staticmethod
    def _response(answer: Answer, accepted: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        media = JSON if accepted == JSON else RESPONSE_JSON
        fixed = {"content-type": f"{media}; charset=utf-8", "vary": "accept", "x-content-type-options": "nosniff"}
        return Response(answer.body, status, {**fixed, **(headers or {})})


def _key(state: State, question: Question) -> Hashable:
    variables = orjson.dumps(question.variables, option=orjson.OPT_SORT_KEYS) if question.variables else b""
    text = question.sha256 if question.query is None else question.query
    return (state.version, text, question.query is None, variables, question.operation, question.explain)


def _error(message: str, code: str = "bad-request") -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})


def _ide() -> Response:
    page = resources.files("graphql_api").joinpath("pages", "graphiql.html").read_bytes()
    return Response(page, media_type=HTML)


def router(served: Served, settings: Settings) -> APIRouter:
    """The route family."""
    routes = APIRouter()
    endpoint = Endpoint(served, settings)
    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    routes.add_route(PATH, endpoint.__call__, methods=methods, include_in_schema=False)
    return routes
