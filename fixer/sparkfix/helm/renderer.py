"""Rendering as the rest of sparkfix sees it: charts in, manifests or Helm's message out, with limits on all of it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

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
    """Manifests by template (`CHART/templates/x.yaml`), or in `error` what Helm said, in one line.

    `ended` says that a limit ended it, so that another try might go otherwise.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    ended: bool = False


class Kept(Protocol):
    """Results that outlast a run: plain data by a digest of all that it depends on (see `sparkfix.helm.cache`)."""

    def get(self, key: str) -> Any: ...

    def put(self, key: str, data: Any, engine: str) -> None: ...


@dataclass
class Renderer:
    """Renders in a child process, the same chart with the same values once. Use it as a context manager.

    `seconds` is how long loading a chart and one rendering may take, `megabytes` how much memory the child may ask for.
    What exceeds either is an error of that rendering, and the next one gets a new child. `engines` may leave out
    `library` or `command`; `command` replaces the child's. `kept` are renderings of earlier runs. The child starts with
    the first chart that must be rendered. `renderings` counts what was rendered, `ended` what a limit ended.
    """

    seconds: float = 20.0
    megabytes: int = 1024
    engines: tuple[str, ...] = ("library", "command")
    command: Sequence[str] = ()
    kept: Kept | None = None
    renderings: int = 0
    ended: int = 0
    engine: str = ""
    _child: Child | None = None
    _known: dict[str, Rendering] = field(default_factory=dict)

    def __enter__(self) -> Renderer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child, if there is one."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def render(self, archive: bytes, jobs: Sequence[Job], *, anew: bool = False) -> list[Rendering]:
        """One result per job, in order; with `anew` nothing that was rendered before serves.

        Raises `CannotRender` if there is no Helm at all. A chart that had to be ended twice is not tried with the rest
        of its jobs.
        """
        if anew:
            return self._render(archive, jobs)
        chart = hashlib.sha256(archive).hexdigest()
        keys = [hashlib.sha256(f"{chart} {job!r}".encode("utf-8", "surrogatepass")).hexdigest() for job in jobs]
        todo = {key: job for key, job in zip(keys, jobs, strict=True) if not self._recall(key)}
        for key, result in zip(todo, self._render(archive, list(todo.values())), strict=True):
            self._known[key] = result
            if not result.ended:
                self.keep(key, {"files": dict(result.files), "error": result.error})
        return [self._known[key] for key in keys]

    def _recall(self, key: str) -> bool:
        """Is a rendering known, from this run or an earlier one?"""
        if key not in self._known:
            found = self.recalled(key)
            if isinstance(found, dict) and isinstance(found.get("files"), dict):
                self._known[key] = Rendering(found["files"], str(found.get("error") or ""))
        return key in self._known

    def recalled(self, key: str) -> Any:
        """What an earlier run kept under a key; None if there is nothing."""
        return self.kept.get(key) if self.kept is not None else None

    def keep(self, key: str, data: Any) -> None:
        """Keep plain data that was found by rendering for later runs."""
        if self.kept is not None:
            self.kept.put(key, data, self.engine)

    def _render(self, archive: bytes, jobs: Sequence[Job]) -> list[Rendering]:
        results: list[Rendering] = []
        ended = 0
        while len(results) < len(jobs):
            if ended == _MOST_ENDED:
                results += [results[-1]] * (len(jobs) - len(results))
                break
            fresh = self._child is None
            done, end = self._attempt(archive, jobs[len(results) :])
            # A child that had rendered before may have died of what that left in its memory: once more, in a new one.
            again = end is not None and not end.late and not (fresh and len(done) == 1)
            results += done[:-1] if again else done
            ended += end is not None and not again
        self.renderings += len(results)
        self.ended += sum(result.ended for result in results)
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
            return [*results, Rendering(error=str(reason), ended=True)], reason
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
