"""`python -m plugins.duplicates.helper`: makes keys for another process, a line of JSON after the other."""

from __future__ import annotations

import json
import sys

from plugins.duplicates.loading import made

if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(made(json.loads(line))) + "\n")
        sys.stdout.flush()
