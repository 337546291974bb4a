"""A second process of the same application, which works out answers while the first one goes on with what it has.

Python runs on one core: what needs no transaction of ours may be done on another. Whoever asks does it alone where the
other process is gone; it ends with the pipe between the two, however the first one ended.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

from flask import current_app

from webapp.acting import act, acting
from webapp.db import snapshot
from webapp.processes import another_process

SIZE = 8
"""Bytes that tell how long a message is."""


class Beside:
    """Asked one question at a time: `ask`, do something else, `answer`.

    `make(*told)` is called there once and gives who answers. All of it is handed over by pickle; each answer is found
    in a snapshot of the base, in the name of who began.
    """

    def __init__(self, make: Callable[..., Callable[[Any], Any]], *told: Any) -> None:
        self._process = another_process("webapp.beside", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.ask((current_app.config["CARNET"], act(), make, told))

    def ask(self, question: Any) -> None:
        """Have it worked out; whether that can be shows in the answer."""
        with suppress(OSError):
            _send(self._process.stdin, pickle.dumps(question, -1))

    def answer(self) -> Any:
        """What came of the last question; None where the other process failed, or is gone."""
        return _receive(self._process.stdout)

    def close(self) -> None:
        """Let it end."""
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        self._process.wait()


def _send(pipe: IO[bytes] | None, message: bytes) -> None:
    assert pipe is not None
    pipe.write(len(message).to_bytes(SIZE, "big"))
    pipe.write(message)
    pipe.flush()


def _receive(pipe: IO[bytes] | None) -> Any:
    assert pipe is not None
    size = int.from_bytes(pipe.read(SIZE), "big")
    message = pipe.read(size)
    return pickle.loads(message) if size and len(message) == size else None  # noqa: S301 - made by ourselves


def main() -> None:
    """Answer until nobody asks any more."""
    from webapp import create_app

    # Ctrl-C is for whoever asks; and what anybody prints is no answer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    settings, who, make, told = _receive(sys.stdin.buffer)
    work = None
    with create_app(settings).app_context(), acting(who), suppress(BrokenPipeError):
        while (question := _receive(sys.stdin.buffer)) is not None:
            answer = pickle.dumps(None)
            # What fails here fails there, too, where it can be told.
            with suppress(Exception), snapshot():
                work = work or make(*told)
                answer = pickle.dumps(work(question), -1)
            _send(answers, answer)
    # Nothing of it is needed any more: to tidy up would take half a second, for which the other one waits.
    os._exit(0)


if __name__ == "__main__":
    main()
