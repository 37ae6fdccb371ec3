"""The process in which charts are rendered: it knows one archive in memory, no network, and its limits.

Each line on standard input is a request (JSON): an archive, and jobs with values. Each answer is a line on standard
output: one with the engine's name, then for each request one for the archive and one for each job. The home of
helm-python-sdk; where that is not installed, a `helm` command serves.
"""

from __future__ import annotations

import base64
import ctypes
import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sparkfix.helm.command import Command
from sparkfix.helm.protocol import Engine, Failure, merged
from sparkfix.helm.setting import list_prefix, without_tokens

if TYPE_CHECKING:
    import helm_python

_GRACE = 3.0


class Library:
    """Helm as a library."""

    name = "helm-python-sdk"

    def __init__(self) -> None:
        import helm_python

        helm_python.helm_sdk_version()
        self._helm = helm_python
        self._archive = b""
        self._unused: helm_python.Chart | None = None

    def load(self, archive: bytes) -> None:
        if self._unused is not None:
            self._unused.close()
        self._archive, self._unused = archive, None
        self._unused = self._opened()

    def render(self, job: Mapping[str, Any]) -> dict[str, str]:
        # A rendering takes subcharts that its values disable out of the loaded chart for good: each needs its own.
        unused, self._unused = self._unused, None
        with unused or self._opened() as chart:
            try:
                values = self._values(job)
                if job["api_versions"] or job["kube_version"]:
                    return self._with_capabilities(chart, values, job)
                return chart.render(values, name=job["name"], namespace=job["namespace"])
            except self._helm.HelmError as error:
                raise Failure(str(error)) from None

    def _with_capabilities(
        self, chart: helm_python.Chart, values: Mapping[str, Any], job: Mapping[str, Any]
    ) -> dict[str, str]:
        """Render for a Kubernetes of one's choice, which the library can do though its `Chart.render` cannot say it."""
        names = ("name", "namespace", "api_versions", "kube_version")
        options = {name: job[name] for name in names if job[name]}
        try:
            rendered = self._helm._native.call_string(
                "helm_render", chart._raw(), json.dumps(values), json.dumps(options)
            )
        except AttributeError:
            raise Failure("apiVersions and kubeVersion cannot be given to this version of helm-python-sdk") from None
        return {str(path): str(text) for path, text in json.loads(rendered).items()}

    def _opened(self) -> helm_python.Chart:
        try:
            return self._helm.Chart.load_archive(self._archive)
        except self._helm.HelmError as error:
            raise Failure(str(error)) from None

    def _values(self, job: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for text in job["texts"]:
            found = merged(found, self._helm.values_from_yaml(text))
        for parse, given in (
            (self._helm.parse_set_string, job["sets"]),
            (self._helm.parse_set_string_values, job["strings"]),
        ):
            if given:
                prefix, tokens = list_prefix(found, ",".join(given))
                found = merged(found, without_tokens(parse(prefix + ",".join(given)), tokens))
        return merged(found, job["values"])


def find_engine(allowed: Sequence[str], scratch: Path, seconds: float) -> Engine | None:
    """Helm as a library, else as a command, else nothing; only those that are `allowed`."""
    if "library" in allowed:
        try:
            return Library()
        # Whatever is wrong with the library or its native part, a `helm` on PATH can still serve.
        except Exception:
            pass
    program = shutil.which("helm") if "command" in allowed else None
    return Command(program, scratch, seconds) if program else None


def answers(engine: Engine, request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One answer for the archive, then one for each job; after a chart that does not load there are no more."""
    try:
        engine.load(base64.b64decode(request["archive"]))
    except Failure as failure:
        yield {"error": str(failure)}
        return
    yield {"loaded": True}
    for job in request["jobs"]:
        yield _answer(engine, job)


def _answer(engine: Engine, job: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {"files": engine.render(job)}
    except Failure as failure:
        return {"error": str(failure)}


def limit_memory(megabytes: int) -> None:
    """Have this process fail when it asks for more, where the system can do that (Linux counts all private memory)."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, megabytes << 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        return


def leave_network() -> None:
    """Go where there is no network, if the system lets us (Linux namespaces). Helm's engine does not ask for any."""
    own_network, own_users = 0x40000000, 0x10000000
    try:
        unshare = ctypes.CDLL(None, use_errno=True).unshare
        if unshare(own_network):
            unshare(own_users | own_network)
    except (OSError, AttributeError, TypeError):
        return


def _lines_out() -> Any:
    """The answers' stream; whatever else is printed in this process goes to standard error."""
    stream = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return stream


def main(megabytes: int, seconds: float, allowed: Sequence[str]) -> None:
    """Serve requests until standard input ends; the current folder is scratch space."""
    limit_memory(megabytes)
    leave_network()
    out = _lines_out()

    def say(answer: Mapping[str, Any]) -> None:
        out.write(json.dumps(answer).encode() + b"\n")
        out.flush()

    engine = find_engine(allowed, Path.cwd(), seconds)
    say({"engine": engine.name if engine else ""})
    if engine is None:
        return
    for line in sys.stdin.buffer:
        # Our parent ends us in time. Should it have died, nobody else does.
        watch = _watch(seconds)
        for answer in answers(engine, json.loads(line)):
            watch.cancel()
            say(answer)
            watch = _watch(seconds)
        watch.cancel()


def _watch(seconds: float) -> threading.Timer:
    timer = threading.Timer(seconds + _GRACE, _end_all)
    timer.daemon = True
    timer.start()
    return timer


def _end_all() -> None:
    """End this process, and a `helm` that it may have started: our group is our own."""
    if os.name == "posix" and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)
