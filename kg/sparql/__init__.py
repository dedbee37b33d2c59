"""SPARQL from outside: questions with limits, evaluated in processes that can be killed. Light to import."""

from kg.sparql.pool import SparqlPool
from kg.sparql.question import SparqlLimits, SparqlQuery
from kg.sparql.stream import SparqlStream

__all__ = ["SparqlLimits", "SparqlPool", "SparqlQuery", "SparqlStream"]
