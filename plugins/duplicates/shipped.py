"""The weights that Carnet ships: how often each level occurs between doubles, and between contacts that are none.

Small bases are judged by them, larger ones learn their own, beginning from these (`plugins.duplicates.learning`).
Not measured anywhere: estimated, then tried on made-up and on public labelled bases (docs/duplicates.md).
"""

from __future__ import annotations

from plugins.duplicates.profiles import COMPANY, PERSON

DOUBLE, RELATED, NAMESAKE, STRANGER = range(4)
"""What two contacts can be to each other: the same; of one house or of one firm's sites; of one name; nothing."""
KINDS = 4

Levels = tuple[tuple[float, ...], ...]

WEIGHTS: dict[str, tuple[Levels, ...]] = {
    PERSON: (
        # The levels of one field beside each other: double, related, namesake, stranger; level 0 is never counted.
        # first name: same, close, similar, other
        ((0.74, 0.16, 0.05, 0.05), (0.02, 0.02, 0.04, 0.92), (0.80, 0.10, 0.02, 0.08), (0.008, 0.008, 0.02, 0.964)),
        # last name
        ((0.74, 0.16, 0.05, 0.05), (0.75, 0.05, 0.02, 0.18), (0.90, 0.08, 0.01, 0.01), (0.002, 0.003, 0.015, 0.98)),
        # in their fields, or turned
        ((0.97, 0.03), (0.999, 0.001), (0.995, 0.005), (0.999, 0.001)),
        # birth date: same, near, in part, other
        ((0.80, 0.12, 0.04, 0.04), (0.01, 0.005, 0.04, 0.945), (0.001, 0.005, 0.04, 0.954),
         (0.00005, 0.0006, 0.01, 0.989)),
        # street: same, close, name alone, number alone, other number, other
        ((0.55, 0.20, 0.05, 0.04, 0.03, 0.13), (0.85, 0.08, 0.03, 0.01, 0.01, 0.02),
         (0.002, 0.002, 0.004, 0.01, 0.01, 0.972), (0.0002, 0.0002, 0.0008, 0.01, 0.004, 0.985)),
        # place: same, one of both, close, city, region, other
        ((0.70, 0.12, 0.03, 0.03, 0.06, 0.06), (0.90, 0.05, 0.02, 0.01, 0.01, 0.01),
         (0.02, 0.01, 0.005, 0.005, 0.10, 0.86), (0.002, 0.002, 0.002, 0.004, 0.10, 0.89)),
        # phone: same, near, other
        ((0.65, 0.06, 0.29), (0.70, 0.02, 0.28), (0.002, 0.0005, 0.9975), (0.00002, 0.00005, 0.99993)),
        # e-mail
        ((0.60, 0.10, 0.30), (0.08, 0.02, 0.90), (0.005, 0.02, 0.975), (0.000005, 0.0002, 0.999795)),
        # identifier
        ((0.92, 0.05, 0.03), (0.10, 0.005, 0.895), (0.0005, 0.0005, 0.999), (0.0000005, 0.00001, 0.99999)),
    ),
    COMPANY: (
        # name: same, in another order, close, one within the other, like, some words, other
        ((0.50, 0.05, 0.18, 0.12, 0.08, 0.05, 0.02), (0.02, 0.005, 0.01, 0.03, 0.04, 0.145, 0.75),
         (0.60, 0.03, 0.10, 0.12, 0.08, 0.06, 0.01), (0.00005, 0.00002, 0.0003, 0.001, 0.005, 0.08, 0.913)),
        # domain: same, other
        ((0.85, 0.15), (0.05, 0.95), (0.75, 0.25), (0.00005, 0.99995)),
        ((1.0,),) * 4,
        ((1.0,),) * 4,
        ((0.55, 0.17, 0.06, 0.03, 0.04, 0.15), (0.80, 0.10, 0.04, 0.02, 0.02, 0.02),
         (0.01, 0.01, 0.02, 0.02, 0.04, 0.90), (0.0002, 0.0002, 0.0008, 0.01, 0.004, 0.985)),
        ((0.70, 0.14, 0.03, 0.04, 0.05, 0.04), (0.90, 0.05, 0.02, 0.01, 0.01, 0.01),
         (0.08, 0.03, 0.01, 0.05, 0.20, 0.63), (0.002, 0.002, 0.002, 0.004, 0.10, 0.89)),
        ((0.75, 0.05, 0.20), (0.08, 0.02, 0.90), (0.10, 0.02, 0.88), (0.00002, 0.00005, 0.99993)),
        ((0.65, 0.10, 0.25), (0.03, 0.02, 0.95), (0.25, 0.15, 0.60), (0.000005, 0.0002, 0.999795)),
        ((0.90, 0.05, 0.05), (0.02, 0.01, 0.97), (0.40, 0.02, 0.58), (0.0000005, 0.00001, 0.99999)),
    ),
}  # fmt: skip

SHARES: dict[str, tuple[float, float, float]] = {PERSON: (0.04, 0.15, 0.015), COMPANY: (0.04, 0.10, 0.015)}
"""For each contact of a base so many pairs of doubles, of related ones and of namesakes."""
