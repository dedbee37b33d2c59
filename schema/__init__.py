"""What things are: records, annotations, nodes, statements, identifiers, the vocabulary and the errors.

Depends on pydantic and the standard library alone.
"""

from schema.annotation import Annotation, Annotations, CodeRelease, Evidence, ResultAnnotation, Text
from schema.errors import KgError, Rejected
from schema.ids import DEFAULT_BASE, NAMESPACE, EntityId
from schema.node import Edge, Node, Support
from schema.paper import Author, Paper, StatedFact, StatedResult
from schema.statement import Literal, Statement

__all__ = [
    "DEFAULT_BASE",
    "NAMESPACE",
    "Annotation",
    "Annotations",
    "Author",
    "CodeRelease",
    "Edge",
    "EntityId",
    "Evidence",
    "KgError",
    "Literal",
    "Node",
    "Paper",
    "Rejected",
    "ResultAnnotation",
    "StatedFact",
    "StatedResult",
    "Statement",
    "Support",
    "Text",
]
