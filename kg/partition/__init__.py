"""Scale beyond one machine: a map over parts of the sources on an engine, to N-Quads parts for any bulk loader."""

from kg.partition.engines import ENGINES, open_engine
from kg.partition.reading import Reading, read_part
from kg.partition.run import Outcome, partition
from kg.partition.stating import state_part

__all__ = ["ENGINES", "Outcome", "Reading", "open_engine", "partition", "read_part", "state_part"]
