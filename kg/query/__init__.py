"""Questions as plain values over the query index: filters, orders, facets and search."""

from kg.query.facets import FacetValue
from kg.query.fields import Field, fields
from kg.query.graph import Graph
from kg.query.order import orderable
from kg.query.search import Hit
from kg.query.selection import Selection

__all__ = ["FacetValue", "Field", "Graph", "Hit", "Selection", "fields", "orderable"]
