"""Words that the reports on effective configuration share: values without secrets, places, layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sparkfix.model import Place, Role, SparkVersion
from sparkfix.report.text import Paint, Shown, Sources, plain, printable, safe_line, same
from sparkfix.spark.facts import SECRET_KEY
from sparkfix.spark.precedence import Effective, Layer, Setting
from sparkfix.spark.secrets import names_a_secret

HIDDEN = "***"


class Workload(Protocol):
    """What a report tells of one workload (see `sparkfix.engine.effective.Shown`)."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def role(self) -> Role: ...
    @property
    def where(self) -> Place | None: ...
    @property
    def values(self) -> str: ...
    @property
    def version(self) -> SparkVersion | None: ...
    @property
    def effective(self) -> Effective: ...
    @property
    def environment(self) -> Mapping[str, str]: ...
    @property
    def container(self) -> str: ...
    @property
    def namespace(self) -> str: ...


@dataclass(frozen=True)
class Means:
    """How a report finds texts, shows paths and colours words."""

    sources: Sources
    shown: Shown = same
    paint: Paint = field(default=plain)

    def at(self, place: Place | None) -> tuple[str, int, int] | None:
        """File, line and column (from 1) of a place; None where it is not known."""
        if place is None:
            return None
        source = self.sources(place.path)
        if source is None:
            return printable(self.shown(place.path)), 0, 0
        line, column = source.position(min(place.span.start, len(source.data)))
        return printable(source.path), line, column

    def where(self, place: Place | None) -> str:
        """`path:line:column`, or as much of it as is known."""
        found = self.at(place)
        if found is None:
            return ""
        path, line, column = found
        return f"{path}:{line}:{column}" if line else path


def value_of(setting: Setting) -> str:
    """A setting's value for people; no secret is shown."""
    if is_secret(setting):
        return HIDDEN
    return safe_line(setting.value)


def is_secret(setting: Setting) -> bool:
    """Is a value hidden: in a Secret, or because its key names one (`spark.redaction.regex` of Spark and more)?"""
    return setting.confidential or _is_secretive(setting.key)


def _is_secretive(name: str) -> bool:
    return names_a_secret(name) or bool(SECRET_KEY.search(name))


def declared(environment: Mapping[str, str], setting: Setting) -> dict[str, str]:
    """What the container says of the variables in a value."""
    if is_secret(setting):
        return {}
    used = {
        name: text for name, text in environment.items() if f"{{env:{name}}}" in setting.value.replace("env.", "env:")
    }
    return {name: HIDDEN if _is_secretive(name) else text for name, text in used.items()}


def by(setting: Setting) -> str:
    """What sets a value, in words: its layer, and what it is called there."""
    if setting.layer is Layer.OPTION or (setting.layer is Layer.CONF and setting.name):
        return setting.name or setting.layer.value
    if setting.layer is Layer.JAVA and setting.name:
        return f"{setting.layer.value} in {setting.name}"
    if setting.layer in (Layer.FIELD, Layer.FIELD_IF_MISSING) and setting.name:
        return f"{setting.name}, {setting.layer.value}"
    return f"{setting.layer.value} {setting.name}" if setting.name else setting.layer.value


def conditions(setting: Setting) -> str:
    """The template's conditions that a setting stands under."""
    return ", ".join(arm.condition for arm in setting.guard)


def title(item: Workload) -> str:
    """`spark (Deployment, container main, connect server)`."""
    role = item.role.value if item.role is not Role.UNKNOWN else ""
    container = f"container {item.container}" if item.container else ""
    words = ", ".join(word for word in (item.kind, container, role) if word)
    return printable(item.name) + (f" ({printable(words)})" if words else "")
