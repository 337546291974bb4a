"""When made-up things happened: minutes of a fixed span, so that the same seed makes the same base on any day."""

from __future__ import annotations

import datetime as dt

FIRST_DAY = dt.date(2023, 1, 2)
OPENS = 8 * 60
DAYS = 900
"""Days in which contacts became known."""
DAY = 24 * 60


class Clock:
    """Minutes since the first morning, as the database at hand takes moments (UTC) and days."""

    def __init__(self, is_sqlite: bool) -> None:
        zone = ":00.000000" if is_sqlite else ":00+00"
        days = [FIRST_DAY + dt.timedelta(days=day) for day in range(2 * DAYS)]
        self.days = [day.isoformat() for day in days]
        self.times = [f" {minute // 60:02d}:{minute % 60:02d}{zone}" for minute in range(DAY)]

    def moment(self, minutes: int) -> str:
        """The moment so many minutes after the first morning."""
        day, minute = divmod(minutes + OPENS, DAY)
        return self.days[day] + self.times[minute]

    def day(self, minutes: int) -> str:
        """The day of that moment."""
        return self.days[(minutes + OPENS) // DAY]
