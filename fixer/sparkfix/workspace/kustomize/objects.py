"""What a build gives, and the objects that it works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sparkfix.model import Problem
from sparkfix.workspace.kustomize.kinds import CLUSTER, effective_namespace
from sparkfix.workspace.kustomize.trees import mapping_at, put_or_drop, text, texts

if TYPE_CHECKING:
    from sparkfix.workspace.kustomize.charts import Chart


@dataclass(frozen=True, slots=True)
class Origin:
    """One file's part in an object.

    `by` is the field of the kustomization file `kustomization` that brought it in: `resources`, `patches`,
    `configMapGenerator`, `images`… `path` is the file that holds the text: the manifest, the patch, or the
    kustomization file itself for what stands in it and for what a chart gave (`helmCharts`). For a generator, `sources`
    says which file each data key is from.
    """

    path: str
    by: str
    kustomization: str
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EffectiveObject:
    """An object as it would be applied. `data` may share parts with other objects: do not change it.

    `origins` are in the order of application. For a ConfigMap or Secret, `texts` says for each key of `data`,
    `stringData` and `binaryData` which file holds its text; for a literal, and for what a chart gave, that is
    the kustomization file.
    """

    data: dict[str, Any]
    origins: tuple[Origin, ...]
    texts: Mapping[str, str]

    @property
    def kind(self) -> str:
        return text(self.data.get("kind", ""))

    @property
    def name(self) -> str:
        return text(mapping_at(self.data, "metadata").get("name", ""))

    @property
    def namespace(self) -> str:
        return text(mapping_at(self.data, "metadata").get("namespace") or "")


@dataclass(frozen=True, slots=True)
class Built:
    """A resolved kustomization. With problems, the objects are what could be made out without those parts.

    `files` are all files that were read and contribute, sorted: a generator's source does not if an overlay replaces
    its text, so that a change to it would change nothing here; `bases` the folders of all kustomizations and
    components that are included, also through others, sorted. `charts` are those that were rendered, each with the
    kustomization file that names it.
    """

    objects: tuple[EffectiveObject, ...]
    problems: tuple[Problem, ...]
    files: tuple[str, ...]
    bases: tuple[str, ...]
    charts: tuple[tuple[str, Chart], ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells objects apart. `namespace` is `default` where none is given (see `effective_namespace`)."""

    group: str
    version: str
    kind: str
    name: str
    namespace: str

    def __str__(self) -> str:
        where = "" if self.namespace == CLUSTER else f" in namespace {self.namespace}"
        return f"{self.kind} {self.name}{where}"


@dataclass(frozen=True, slots=True)
class Former:
    """A name that an object had before a step changed it."""

    kind: str
    name: str
    namespace: str


@dataclass(frozen=True, slots=True)
class Resource:
    """An object on its way through the kustomizations. `data` is never changed in place.

    `of_chart`: Helm made it, and has put it into a namespace, which kustomizations leave as it is.
    """

    data: dict[str, Any]
    origins: tuple[Origin, ...]
    texts: Mapping[str, str] = field(default_factory=dict)
    former: tuple[Former, ...] = ()
    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    generated: bool = False
    hashed: bool = False
    of_chart: bool = False
    variables: tuple[str, ...] = ()

    @property
    def api_version(self) -> str:
        return text(self.data.get("apiVersion") or "")

    @property
    def kind(self) -> str:
        return text(self.data.get("kind") or "")

    @property
    def name(self) -> str:
        return text(mapping_at(self.data, "metadata").get("name") or "")

    @property
    def namespace(self) -> str:
        return text(mapping_at(self.data, "metadata").get("namespace") or "")


def group_version(api_version: str) -> tuple[str, str]:
    group, slash, version = api_version.partition("/")
    return (group, version) if slash else ("", api_version)


def identity(resource: Resource) -> Identity:
    """What the object is called now."""
    group, version = group_version(resource.api_version)
    namespace = effective_namespace(resource.api_version, resource.kind, resource.namespace)
    return Identity(group, version, resource.kind, resource.name, namespace)


def former_identities(resource: Resource) -> tuple[Identity, ...]:
    """What the object was called before, the oldest first; with its present API version, as kustomize has it."""
    group, version = group_version(resource.api_version)
    return tuple(Identity(group, version, old.kind, old.name, old.namespace) for old in resource.former)


def first_identity(resource: Resource) -> Identity:
    """What the object was called in its own file."""
    former = former_identities(resource)
    return former[0] if former else identity(resource)


def all_identities(resource: Resource) -> tuple[Identity, ...]:
    return (*former_identities(resource), identity(resource))


def remembered(resource: Resource) -> Resource:
    """The object with its present name among its former ones: to be called before the name may change."""
    now = identity(resource)
    return replace(resource, former=(*resource.former, Former(now.kind, now.name, now.namespace)))


def changed(resource: Resource, data: dict[str, Any], origin: Origin) -> Resource:
    """The object with new data; if they differ, `origin` made the difference."""
    if data is resource.data or data == resource.data:
        return resource
    origins = resource.origins if resource.origins[-1:] == (origin,) else (*resource.origins, origin)
    return replace(resource, data=data, origins=origins, texts=_texts(resource, data, origin.path))


def _texts(resource: Resource, data: dict[str, Any], path: str) -> Mapping[str, str]:
    if resource.kind not in ("ConfigMap", "Secret"):
        return resource.texts
    old, new = entries(resource.data), entries(data)
    return {
        key: resource.texts.get(key, path) if key in old and old[key] == value else path for key, value in new.items()
    }


def entries(data: dict[str, Any]) -> dict[str, Any]:
    """All that a ConfigMap or Secret holds, whichever of its mappings it stands in."""
    return {**mapping_at(data, "binaryData"), **mapping_at(data, "data"), **mapping_at(data, "stringData")}


def read_resource(data: dict[str, Any], origin: Origin) -> Resource:
    """An object as it stands in a manifest."""
    held = entries(data) if data.get("kind") in ("ConfigMap", "Secret") else {}
    return Resource(data, (origin,), dict.fromkeys(held, origin.path))


def with_metadata(data: dict[str, Any], field: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The object with labels or annotations replaced; all values become text, an empty mapping goes away."""
    return put_or_drop(data, ("metadata", field), texts(dict(values)))
