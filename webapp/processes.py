"""Other processes of this same program."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any


def another_process(module: str, *words: str, **pipes: Any) -> subprocess.Popen[Any]:
    """A process that runs this module of the same program; `pipes` as `subprocess.Popen` takes them."""
    there = os.environ | {"PYTHONPATH": os.pathsep.join(one for one in sys.path if one)}
    # Without the folder where somebody stands: a file there that is called like a module would be run.
    return subprocess.Popen([sys.executable, "-P", "-m", module, *words], env=there, **pipes)  # noqa: S603
