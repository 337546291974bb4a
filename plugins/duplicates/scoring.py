"""How sure it is that two contacts are one, and why (spec E8)."""

from __future__ import annotations

import math

from plugins.duplicates import compare as levels
from plugins.duplicates.compare import SAME, Pattern, compare
from plugins.duplicates.learning import Model
from plugins.duplicates.profiles import COMPANY, Profile
from plugins.duplicates.shipped import STRANGER

WHOLE = 10_000
"""A score is a probability in hundredths of a percent: as many are certainty, which is never reached."""
KEPT_PATTERNS = 50_000


class Scorer:
    """Scores pairs of one kind by a model; what a pattern weighs is reckoned once."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.is_company = model.kind == COMPANY
        self._weights: dict[Pattern, tuple[float, ...]] = {}
        self._logs = [[[math.log(max(one, 1e-12)) for one in fields] for fields in of] for of in model.weights]
        self._pairs = [math.log(max(one, 1e-3)) for one in model.pairs]
        self._values = {
            name: ({value: math.log(share) for value, share in values.items()}, math.log(model.rest[name]))
            for name, values in model.common.items()
        }

    def score(self, one: Profile, other: Profile) -> tuple[int, Pattern]:
        """The score of two profiles of this kind, and their pattern."""
        pattern = compare(one, other)
        weights = self._weights.get(pattern)
        if weights is None:
            weights = self._weigh(pattern)
        double, related, namesake, stranger = weights
        if self._values:
            stranger += self._rarer(pattern, one)
            if self.is_company and pattern[levels.NAME] <= levels.COMPANY_WITHIN:
                namesake += self._chained(one, other)
        top = max(related, namesake, stranger)
        others = math.exp(related - top) + math.exp(namesake - top) + math.exp(stranger - top)
        odds = double - top - math.log(others)
        if odds > 35:
            return WHOLE - 1, pattern
        if odds < -12:
            return 0, pattern
        return min(WHOLE - 1, round(WHOLE / (1 + math.exp(-odds)))), pattern

    def _weigh(self, pattern: Pattern) -> tuple[float, ...]:
        """The logarithms of how many pairs of this pattern are of each kind."""
        sums = tuple(
            pairs + sum(fields[at][level] for at, level in enumerate(pattern))
            for pairs, fields in zip(self._pairs, self._logs, strict=True)
        )
        if len(self._weights) < KEPT_PATTERNS:
            self._weights[pattern] = sums
        return sums

    def _rarer(self, pattern: Pattern, one: Profile) -> float:
        """How much less likely, or likelier, than on average strangers share these very values."""
        found = 0.0
        if pattern[levels.FIRST] == SAME and (self.is_company or pattern[levels.TURNED] == 1):
            found += self._share("first", one.first) - self._logs[STRANGER][levels.FIRST][SAME]
        if not self.is_company and pattern[levels.LAST] == SAME and pattern[levels.TURNED] == 1:
            found += self._share("last", one.last) - self._logs[STRANGER][levels.LAST][SAME]
        if pattern[levels.PLACE] == SAME and one.places:
            found += self._share("city", one.places[0].city) - self._logs[STRANGER][levels.PLACE][SAME]
        return found

    def _chained(self, one: Profile, other: Profile) -> float:
        """How much more, or less, than usually namesakes are shops of one chain: by how many bear the name."""
        if not self.model.usual:
            return 0.0
        share = max(self._share("first", one.first), self._share("first", other.first))
        return max(-4.0, min(2.0, share - math.log(self.model.usual)))

    def _share(self, name: str, value: str) -> float:
        values, rest = self._values.get(name, ({}, 0.0))
        return values.get(value, rest)
