"""Rendering as the rest of sparkfix sees it: charts in, manifests or Helm's message out, with limits on all of it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sparkfix.errors import SparkfixError
from sparkfix.helm.process import Child, Ended, child_command

_NOTHING_THERE = "charts cannot be rendered here: install the package helm-python-sdk, or put `helm` on the PATH"
_START_SECONDS = 60.0
_MOST_ENDED = 2
_LONGEST_MESSAGE = 600


class CannotRender(SparkfixError):
    """Neither Helm as a library nor as a command is there."""


@dataclass(frozen=True, slots=True)
class Job:
    """One rendering: the release, and its values in the order in which they win.

    `texts` are values files' texts, `sets` and `strings` what `--set` and `--set-string` take, `values` win over all.
    `api_versions` are there besides Helm's own, and `kube_version` is instead of Helm's own, in `.Capabilities`.
    """

    texts: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    strings: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    name: str = "release-name"
    namespace: str = "default"
    api_versions: tuple[str, ...] = ()
    kube_version: str = ""


@dataclass(frozen=True, slots=True)
class Rendering:
    """Manifests by template (`CHART/templates/x.yaml`), or in `error` what Helm said, in one line."""

    files: Mapping[str, str] = field(default_factory=dict)
    error: str = ""


@dataclass
class Renderer:
    """Renders in a child process. Use it as a context manager; the child starts with the first chart.

    `seconds` is how long loading a chart and one rendering may take, `megabytes` how much memory the child may ask for.
    What exceeds either is an error of that rendering, and the next one gets a new child. `engines` may leave out
    `library` or `command`; `command` replaces the child's. `renderings` counts what was rendered.
    """

    seconds: float = 20.0
    megabytes: int = 1024
    engines: tuple[str, ...] = ("library", "command")
    command: Sequence[str] = ()
    renderings: int = 0
    engine: str = ""
    _child: Child | None = None

    def __enter__(self) -> Renderer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child, if there is one."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def render(self, archive: bytes, jobs: Sequence[Job]) -> list[Rendering]:
        """One result per job, in order. Raises `CannotRender` if there is no Helm at all.

        A chart that had to be ended twice is not tried with the rest of its jobs.
        """
        results: list[Rendering] = []
        ended = 0
        while len(results) < len(jobs):
            if ended == _MOST_ENDED:
                results += [Rendering(error=results[-1].error)] * (len(jobs) - len(results))
                break
            fresh = self._child is None
            done, end = self._attempt(archive, jobs[len(results) :])
            # A child that had rendered before may have died of what that left in its memory: once more, in a new one.
            again = end is not None and not end.late and not (fresh and len(done) == 1)
            results += done[:-1] if again else done
            ended += end is not None and not again
        self.renderings += len(results)
        return results

    def _attempt(self, archive: bytes, jobs: Sequence[Job]) -> tuple[list[Rendering], Ended | None]:
        """Results of all jobs; or of the first ones, the last of which ended the child."""
        child = self._running()
        results: list[Rendering] = []
        try:
            child.send({"archive": base64.b64encode(archive).decode(), "jobs": [_request(job) for job in jobs]})
            loaded = child.receive(self.seconds)
            if "loaded" not in loaded:
                return [_result(loaded)] * len(jobs), None
            for _ in jobs:
                results.append(_result(child.receive(self.seconds)))
        except Ended as reason:
            self._child = None
            return [*results, Rendering(error=str(reason))], reason
        return results, None

    def _running(self) -> Child:
        if self._child is None:
            child = Child(self.command or child_command(self.megabytes, self.seconds, self.engines))
            try:
                self.engine = str(child.receive(_START_SECONDS).get("engine") or "")
            except Ended as reason:
                raise CannotRender(f"charts cannot be rendered here: {reason}") from None
            if not self.engine:
                child.end()
                raise CannotRender(_NOTHING_THERE)
            self._child = child
        return self._child


def _request(job: Job) -> dict[str, Any]:
    return {
        "texts": list(job.texts),
        "sets": list(job.sets),
        "strings": list(job.strings),
        "values": dict(job.values),
        "name": job.name,
        "namespace": job.namespace,
        "api_versions": list(job.api_versions),
        "kube_version": job.kube_version,
    }


def _result(answer: Mapping[str, Any]) -> Rendering:
    files = answer.get("files")
    if isinstance(files, dict):
        return Rendering({str(path): str(text) for path, text in files.items()})
    return Rendering(error=one_line(str(answer.get("error") or "Helm's engine gave no answer")))


def one_line(text: str) -> str:
    """Helm's message without line breaks; of a very long one (a chain of includes) the beginning and the end."""
    line = " ".join(text.split())
    half = _LONGEST_MESSAGE // 2
    return line if len(line) <= _LONGEST_MESSAGE else f"{line[:half].rstrip()} … {line[-half:].lstrip()}"
