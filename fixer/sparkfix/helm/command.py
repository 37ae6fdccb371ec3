"""Helm as the command `helm` on PATH: the engine where the library is not installed. Runs in the rendering child.

Options and variables: `helm template --help` and `helm env`.
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

_SOURCE = "# Source: "
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

    def render(self, job: Mapping[str, Any]) -> dict[str, str]:
        """Manifests by template, in the form in which `helm template` prints them. Raises `Failure`."""
        texts = [*job["texts"], *([json.dumps(job["values"])] if job["values"] else [])]
        arguments = ["template", job["name"], str(self._chart), "--namespace", job["namespace"]]
        for number, text in enumerate(texts):
            path = self._scratch / f"values-{number}.yaml"
            path.write_text(text, encoding="utf-8")
            arguments += ["--values", str(path)]
        # `--set` wins over every `--values`, so that values which must win over `--set` can only come as one.
        for option, given in (("--set", job["sets"]), ("--set-string", job["strings"])):
            arguments += [word for expression in given for word in (option, expression)]
        if job["values"] and (job["sets"] or job["strings"]):
            arguments += [word for name, value in job["values"].items() for word in _set_json(name, value)]
        return split_output(self._run(arguments))

    def _run(self, arguments: list[str]) -> str:
        own = {f"HELM_{name}": str(self._scratch / "helm" / name.lower()) for name in _USERS}
        with subprocess.Popen(
            [self.name, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd=self._scratch, env={**os.environ, **own}, start_new_session=True,
        ) as process:  # fmt: skip
            try:
                out, err = process.communicate(timeout=self._seconds)
            except subprocess.TimeoutExpired:
                end_group(process)
                raise Failure(f"rendering took longer than {self._seconds:g} seconds and was ended") from None
        if process.returncode:
            raise Failure(_message(err.decode("utf-8", "replace")))
        return out.decode("utf-8", "replace")


def _set_json(name: str, value: object) -> list[str]:
    escaped = "".join("\\" + letter if letter in "\\.,=[" else letter for letter in name)
    return ["--set-json", f"{escaped}={json.dumps(value)}"]


def _message(errors: str) -> str:
    lines = [line for line in errors.splitlines() if not line.startswith(("level=", "WARNING", "Use --debug"))]
    return "\n".join(lines).removeprefix("Error: ") or "helm ended without a word"


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started in a session of its own, with all that it started."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def split_output(text: str) -> dict[str, str]:
    """What `helm template` prints, by the template that each manifest comes from."""
    found: dict[str, list[str]] = {}
    for part in f"\n{text}".split("\n---\n"):
        head, _, rest = part.partition("\n")
        if head.startswith(_SOURCE):
            found.setdefault(head.removeprefix(_SOURCE), []).append(rest.removesuffix("\n") + "\n")
    return {path: "---\n".join(parts) for path, parts in found.items()}
