"""Runs a program in a terminal of its own and talks to it.

Reads from stdin a line with a JSON object: `command`, `folder`, `environment`, and `steps`, each with the text to wait for
(`expect`) and what to type then (`send`). Prints a JSON object: the exit code, and all that the terminal showed.

Without `steps`, but with the `patience` to wait for a text in seconds, it stays: every further line is one thing to type (`send`) and the text to wait for afterwards (`expect`), answered
by a line with what the terminal showed in between. The end of stdin ends the program.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time
from typing import Any

PATIENCE = 30.0
# A question that was just painted does not listen yet: the program turns the terminal to single keys a moment later.
SETTLING = 0.15


def main() -> None:
    """One conversation."""
    wanted: dict[str, Any] = json.loads(sys.stdin.readline())
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(wanted["folder"])
        os.execve(wanted["command"][0], wanted["command"], wanted["environment"])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 120, 0, 0))
    if "steps" not in wanted:
        live(terminal, wanted["patience"])
        # A shell whose terminal goes away ends.
        with contextlib.suppress(OSError):
            os.close(terminal)
        os.waitpid(child, 0)
        return
    shown = converse(terminal, wanted["steps"])
    _, status = os.waitpid(child, 0)
    json.dump({"exitCode": os.waitstatus_to_exitcode(status), "shown": shown}, sys.stdout)


def converse(terminal: int, steps: list[dict[str, str]]) -> str:
    """All that was shown, until the program ends; a text that does not come in time ends the program."""
    shown = ""
    looked = 0
    for step in [*steps, {}]:
        expected = step.get("expect")
        deadline = time.monotonic() + PATIENCE
        while expected is None or expected not in shown[looked:]:
            piece = read(terminal, deadline)
            if piece is None:
                return shown
            shown += piece
        looked = shown.index(expected, looked) + len(expected)
        shown += settle(terminal)
        os.write(terminal, step["send"].encode())
    return shown


def live(terminal: int, patience: float) -> None:
    """One step a line, as long as somebody sends lines."""
    for line in sys.stdin:
        step: dict[str, str] = json.loads(line)
        os.write(terminal, step["send"].encode())
        shown = ""
        deadline = time.monotonic() + patience
        while step["expect"] not in shown:
            piece = read(terminal, deadline)
            if piece is None:
                break
            shown += piece
        print(json.dumps({"shown": shown}), flush=True)


def settle(terminal: int) -> str:
    """What still comes before the program falls silent."""
    shown = ""
    while select.select([terminal], [], [], SETTLING)[0]:
        piece = read(terminal, time.monotonic() + SETTLING)
        if piece is None:
            break
        shown += piece
    return shown


def read(terminal: int, deadline: float) -> str | None:
    """The next piece; nothing where the program has ended or the time is over."""
    ready, _, _ = select.select([terminal], [], [], max(0.0, deadline - time.monotonic()))
    if not ready:
        os.close(terminal)
        return None
    try:
        data = os.read(terminal, 65536)
    except OSError:
        return None
    return data.decode("utf-8", "replace") if data else None


if __name__ == "__main__":
    main()
