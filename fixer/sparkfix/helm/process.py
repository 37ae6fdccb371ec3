"""The rendering child as its parent holds it: how it is started, spoken to with a time limit, and ended."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from typing import IO, Any

from sparkfix.helm.command import end_group

_LARGEST_ANSWER = 128 * 1024 * 1024
# Isolated from the folder that we are run in, which may hold modules of any name; the paths are those of our own.
_BOOT = """\
import json, sys
paths, arguments = json.loads(sys.argv[1])
sys.path[:] = paths
from sparkfix.helm.child import main
main(*arguments)
"""


class Ended(Exception):
    """The child is gone; the text says why, for the user. `late`: because it took too long."""

    def __init__(self, reason: str, *, late: bool = False) -> None:
        super().__init__(reason)
        self.late = late


class Child:
    """A running child, in an empty folder of its own. Whatever goes wrong in `receive`, the child is ended and `Ended` raised."""

    def __init__(self, command: Sequence[str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sparkfix-", ignore_cleanup_errors=True)
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd=self._folder.name, env=environment(self._folder.name), start_new_session=True,
        )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=_read_lines, args=(self._out, self._lines), daemon=True).start()
        threading.Thread(target=_write_lines, args=(self._in, self._requests), daemon=True).start()

    def send(self, request: Mapping[str, Any]) -> None:
        """Write a request without waiting for it to be read: a child that does not read must not hold us up."""
        self._requests.put(json.dumps(request).encode() + b"\n")

    def receive(self, seconds: float) -> dict[str, Any]:
        """The next answer. Raises `Ended` if it does not come in time, or is none."""
        try:
            answer = json.loads(self._lines.get(timeout=seconds))
        except queue.Empty:
            self.end()
            raise Ended(f"rendering took longer than {seconds:g} seconds and was ended", late=True) from None
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            self.end()
            raise Ended("rendering was ended: it needed too much memory, or Helm's engine failed")
        return answer

    def end(self) -> None:
        """End the child and all that it started, and remove its folder."""
        end_group(self._process)
        self._process.wait()
        self._requests.put(b"")
        for stream in (self._in, self._out):
            with contextlib.suppress(OSError, ValueError):
                stream.close()
        self._folder.cleanup()


def child_command(megabytes: int, seconds: float, engines: Sequence[str]) -> list[str]:
    """The command that starts a child."""
    paths = [os.path.abspath(path) for path in sys.path if path]
    arguments = json.dumps([paths, [megabytes, seconds, list(engines)]])
    return [sys.executable, "-I", "-c", _BOOT, arguments]


def environment(folder: str) -> dict[str, str]:
    """What the child sees of our environment: where programs are, and nothing of the user's."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG") if name in os.environ}
    homes = dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"), folder)
    return {**kept, **homes, "KUBECONFIG": os.devnull, "GOMAXPROCS": "2"}


def _read_lines(stream: IO[bytes], lines: queue.SimpleQueue[bytes]) -> None:
    """Pass on complete lines; an empty one says that there are no more."""
    with contextlib.suppress(OSError, ValueError):
        while (line := stream.readline(_LARGEST_ANSWER)).endswith(b"\n"):
            lines.put(line)
    lines.put(b"")


def _write_lines(stream: IO[bytes], lines: queue.SimpleQueue[bytes]) -> None:
    """Write each line as it comes, until an empty one."""
    # A child that is gone tells by its missing answer.
    with contextlib.suppress(OSError, ValueError):
        while line := lines.get():
            stream.write(line)
            stream.flush()
