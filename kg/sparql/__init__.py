"""SPARQL from outside: questions with limits, evaluated in processes that can be killed. Light to import."""

from kg.sparql.pool import SparqlPool, SparqlStream
from kg.sparql.question import SparqlLimits, SparqlQuery

__all__ = ["SparqlLimits", "SparqlPool", "SparqlQuery", "SparqlStream"]
