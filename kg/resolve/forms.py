"""The surface forms of names by key, counted; most keys have one form, met once, and cost one string."""

from __future__ import annotations

from collections.abc import Iterator


class Forms:
    """For each key, the forms in which it was met and how often each was a text's own name for it (0: known only)."""

    def __init__(self) -> None:
        self._forms: dict[str, str | dict[str, int]] = {}

    def add(self, key: str, form: str, count: int = 1) -> None:
        """Count a form of a key."""
        known = self._forms.get(key)
        if known is None:
            self._forms[key] = form if count == 1 else {form: count}
            return
        counts = {known: 1} if isinstance(known, str) else known
        counts[form] = counts.get(form, 0) + count
        self._forms[key] = counts

    def of(self, key: str) -> dict[str, int]:
        """The forms of a key with their counts; empty for an unknown key."""
        known = self._forms.get(key, {})
        return {known: 1} if isinstance(known, str) else known

    def move(self, key: str, into: str, weight: int = 1) -> None:
        """Give the forms of a key to another; with weight 0 they make no label there."""
        for form, count in self.of(key).items():
            self.add(into, form, count * weight)
        self._forms.pop(key, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._forms)
