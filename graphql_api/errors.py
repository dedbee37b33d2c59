"""Errors as GraphQL answers them: a message, where, and a stable `extensions.code`; the unexpected is masked."""

from __future__ import annotations

import logging
from typing import Any

from graphql import GraphQLError

from schema.errors import BadQuery, BadRequest, KgError

log = logging.getLogger("graphql_api")

INTERNAL = "internal-error"
MASK = "Something went wrong on our side; it has been logged."


class RequestErrors(Exception):
    """A request that is answered with errors alone, without data: nothing ran."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(errors[0].message)
        self.errors = list(errors)


def request_error(message: str, code: str = BadRequest.code) -> RequestErrors:
    """One error for a request that cannot be run."""
    return RequestErrors(GraphQLError(message, extensions={"code": code}))


def formatted(error: GraphQLError, default: str = BadRequest.code) -> dict[str, Any]:
    """An error as it is answered; `default` is the code of an error of graphql-core."""
    cause = error.original_error
    if cause is not None and not isinstance(cause, KgError):
        log.error("unexpected error in a GraphQL field at %s", error.path, exc_info=cause)
        answer: dict[str, Any] = {"message": MASK}
        extensions: dict[str, Any] = {"code": INTERNAL}
    elif isinstance(cause, KgError):
        answer, extensions = {"message": cause.message}, {"code": cause.code}
    else:
        answer, extensions = {"message": error.message}, {"code": default, **(error.extensions or {})}
    if error.locations:
        answer["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    if error.path:
        answer["path"] = list(error.path)
    return answer | {"extensions": extensions}


PARSE_CODE = BadQuery.code
