"""Helm as the command `helm` on PATH: the engine where the library is not installed. Runs in the rendering child.

`helm template` prints manifests trimmed and sorted, and none that are not YAML, which those with marks seldom are. But
when one is not YAML, `--debug` prints every rendered file as it is (`pkg/action/action.go`, `renderResources`). So the
chart gets one more template, which never is. Hooks that Helm had sorted out by then would come once more, behind the
files that they stand in, hence `--no-hooks`. Options and variables: `helm template --help` and `helm env`.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tarfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from sparkfix.helm.protocol import Failure

_BROKEN = "templates/zz-sparkfix-broken.yaml"
_NOT_YAML = "YAML parse error on "
_SOURCE = "---\n# Source: "
_USERS = (
    "CONFIG_HOME",
    "CACHE_HOME",
    "DATA_HOME",
    "PLUGINS",
    "REGISTRY_CONFIG",
    "REPOSITORY_CONFIG",
    "REPOSITORY_CACHE",
)


class Command:
    """Renders with a `helm` program, in a scratch folder, without the user's configuration and without a cluster."""

    def __init__(self, program: str, scratch: Path, seconds: float) -> None:
        self.name = program
        self._scratch = scratch
        self._seconds = seconds
        self._chart = scratch

    def load(self, archive: bytes) -> None:
        """Unpack the archive, which our own side has made."""
        folder = self._scratch / "chart"
        shutil.rmtree(folder, ignore_errors=True)
        with tarfile.open(fileobj=BytesIO(archive), mode="r:gz") as files:
            for member in files:
                target = folder / member.name
                if not target.resolve().is_relative_to(folder.resolve()):
                    raise Failure(f"{member.name}: this name leads out of the chart")
                content = files.extractfile(member)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read() if content else b"")
        self._chart = next(folder.iterdir(), folder)
        broken = self._chart / _BROKEN
        broken.parent.mkdir(exist_ok=True)
        broken.write_text("a: b: c\n", encoding="utf-8")

    def render(self, job: Mapping[str, Any]) -> dict[str, str]:
        """Rendered texts by template. Raises `Failure`."""
        texts = [*job["texts"], *([json.dumps(job["values"])] if job["values"] else [])]
        arguments = [
            "template",
            job["name"],
            str(self._chart),
            "--debug",
            "--no-hooks",
            "--namespace",
            job["namespace"],
        ]
        for number, text in enumerate(texts):
            path = self._scratch / f"values-{number}.yaml"
            path.write_text(text, encoding="utf-8")
            arguments += ["--values", str(path)]
        for version in job["api_versions"]:
            arguments += ["--api-versions", version]
        if job["kube_version"]:
            arguments += ["--kube-version", job["kube_version"]]
        # `--set` wins over every `--values`, so that values which must win over `--set` can only come as one.
        for option, given in (("--set", job["sets"]), ("--set-string", job["strings"])):
            arguments += [word for expression in given for word in (option, expression)]
        if job["values"] and (job["sets"] or job["strings"]):
            arguments += [word for name, value in job["values"].items() for word in _set_json(name, value)]
        return split_output(self._run(arguments))

    def _run(self, arguments: list[str]) -> str:
        own = {f"HELM_{name}": str(self._scratch / "helm" / name.lower()) for name in _USERS}
        # In our own process group, which our parent ends; the time limit here is for systems without such groups.
        try:
            done = subprocess.run(
                [self.name, *arguments], stdin=subprocess.DEVNULL, capture_output=True, check=False,
                cwd=self._scratch, env={**os.environ, **own}, timeout=self._seconds,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise Failure(f"rendering took longer than {self._seconds:g} seconds and was ended") from None
        errors = done.stderr.decode("utf-8", "replace")
        if _NOT_YAML not in errors:
            raise Failure(_message(errors))
        return done.stdout.decode("utf-8", "replace")


def _set_json(name: str, value: object) -> list[str]:
    escaped = "".join("\\" + letter if letter in "\\.,=[" else letter for letter in name)
    return ["--set-json", f"{escaped}={json.dumps(value)}"]


def _message(errors: str) -> str:
    """What stands behind `Error:`, up to the traces that `--debug` adds."""
    text = errors.rpartition("Error: ")[2]
    kept = [line for line in text.splitlines() if not line.startswith(("helm.go:", "level=", "Use --debug"))]
    return "\n".join(kept) if text else "helm ended without a word"


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started in a session of its own, with all that it started."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def split_output(text: str) -> dict[str, str]:
    """The rendered files that `helm template --debug` prints, by their paths."""
    found = {}
    for part in text.removeprefix(_SOURCE).split(f"\n{_SOURCE}"):
        path, _, body = part.partition("\n")
        if path and not path.endswith(_BROKEN):
            found[path] = body
    return found
