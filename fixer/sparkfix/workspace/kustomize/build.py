"""From a kustomization to its objects.

The order of the steps is that of `accumulateTarget` and `MakeCustomizedResMap` in
`api/internal/target/kusttarget.go`. Where kustomize would stop with an error, the part in question is left out, and a
problem names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sparkfix.workspace.kustomize.builtin import apply_all, changed_by, generated
from sparkfix.workspace.kustomize.changes import transformed
from sparkfix.workspace.kustomize.charts import Inflate
from sparkfix.workspace.kustomize.config import Config, merge_configs, read_config
from sparkfix.workspace.kustomize.defaults import default_config
from sparkfix.workspace.kustomize.generate import GENERATORS, absorb, generate, with_hash
from sparkfix.workspace.kustomize.inflation import inflated
from sparkfix.workspace.kustomize.kustomization import Kustomization, file_of, load
from sparkfix.workspace.kustomize.layer import Layer
from sparkfix.workspace.kustomize.manifests import unpacked
from sparkfix.workspace.kustomize.objects import (
    Built,
    EffectiveObject,
    Resource,
    all_identities,
    identity,
    read_resource,
    with_metadata,
)
from sparkfix.workspace.kustomize.order import ordered
from sparkfix.workspace.kustomize.reading import Reading, is_remote, parse, parse_manifests, resolve
from sparkfix.workspace.kustomize.references import updating
from sparkfix.workspace.kustomize.trees import Unresolved, at, mapping_at
from sparkfix.workspace.kustomize.variables import Variable, marked, read_variable, value_of, with_variables
from sparkfix.workspace.store import Store

Resources = tuple[Resource, ...]
_LOCAL = "config.kubernetes.io/local-config"


@dataclass(frozen=True, slots=True)
class _State:
    """What has been gathered at a point of a build."""

    resources: Resources
    config: Config
    variables: tuple[Variable, ...]


def build(
    store: Store,
    folder: str,
    inflate: Inflate | None = None,
    *,
    hashed: bool = True,
    parsed: dict[bytes, list[Any]] | None = None,
) -> Built:
    """The objects that the kustomization in `folder` stands for, in the order in which kustomize gives them out.

    Nothing outside of `store` is read and nothing is run; whatever is missing, remote or not supported is named in
    `problems`, and the rest is built. Files above the kustomization's folder are read, as with kustomize's
    `--load-restrictor LoadRestrictionsNone`. Charts that are in the store are rendered by `inflate`; without it, they
    are left out. Without `hashed` no hash of the contents stands behind generated names. `parsed` is what several builds
    share, so that each manifest is parsed once. Does not raise for faulty input.
    """
    reading = Reading(store, parsed={} if parsed is None else parsed)
    kustomization = load(reading, folder)
    resources: Resources = ()
    if kustomization is not None:
        layer = Layer(reading, kustomization, (folder,), inflate)
        resources = _finished(layer, _accumulate(layer, _beginning()), hashed=hashed)
    objects = tuple(EffectiveObject(one.data, one.origins, one.texts) for one in resources)
    used = {path for one in resources for path in one.texts.values()}
    files = sorted(path for path, counts in reading.files.items() if counts or path in used)
    return Built(objects, tuple(reading.problems), tuple(files), tuple(sorted(reading.bases)), tuple(reading.charts))


def _beginning() -> _State:
    return _State((), default_config(), ())


def _accumulate(layer: Layer, state: _State) -> _State:
    """One kustomization's steps. A component works on what its user has gathered, a base begins with nothing."""
    kustomization = layer.kustomization
    for reference in kustomization.texts("resources", "bases"):
        state = layer.attempt(partial(_with_resource, layer, state, reference), state)
    for reference in kustomization.texts("configurations"):
        state = layer.attempt(partial(_with_configuration, layer, state, reference), state)
    for field in GENERATORS:
        for given in kustomization.mappings(field):
            state = layer.attempt(partial(_with_generated, layer, state, field, given), state)
    for given in kustomization.mappings("helmCharts"):
        state = replace(state, resources=_joined(layer, state.resources, inflated(layer, given)))
    state = replace(state, resources=apply_all(layer, _configs(layer, "generators"), generated, state.resources))
    for reference in kustomization.texts("components"):
        state = layer.attempt(partial(_with_component, layer, state, reference), state)
    state = replace(state, resources=transformed(layer, state.config, state.resources))
    state = replace(state, resources=apply_all(layer, _configs(layer, "transformers"), changed_by, state.resources))
    for given in kustomization.mappings("vars"):
        state = layer.attempt(partial(_with_variable, layer, state, given), state)
    return state


# What a kustomization is made of


def _with_resource(layer: Layer, state: _State, reference: str) -> _State:
    store, folder = layer.reading.store, layer.kustomization.folder
    path = None if is_remote(reference) else store.resolved(resolve(folder, reference))
    if path is not None and layer.reading.store.exists(path):
        origin = layer.origin("resources", path)
        read = [read_resource(data, origin) for data in unpacked(layer.reading.manifests(path), path)]
        return replace(state, resources=_appended(layer, state.resources, read))
    base = _included(layer, reference)
    if base.kustomization.is_component:
        raise Unresolved(f"{reference} is a component; it belongs under components")
    below = _accumulate(base, _beginning())
    return _State(
        _appended(layer, state.resources, below.resources),
        merge_configs(state.config, below.config),
        _merged_variables(state.variables, below.variables),
    )


def _with_component(layer: Layer, state: _State, reference: str) -> _State:
    component = _included(layer, reference)
    if not component.kustomization.is_component:
        raise Unresolved(f"{reference} is no component; its kind should be Component")
    return _accumulate(component, state)


def _configs(layer: Layer, field: str) -> Resources:
    """The generators or transformers that stand in files, folders, or texts in the kustomization file."""
    state = _beginning()
    for reference in layer.kustomization.texts(field):
        action = _with_inline if "\n" in reference or reference.lstrip().startswith("{") else _with_resource
        state = layer.attempt(partial(action, layer, state, reference), state)
    return state.resources


def _with_inline(layer: Layer, state: _State, given: str) -> _State:
    path, origin = layer.kustomization.path, layer.origin("resources")
    read = [read_resource(data, origin) for data in unpacked(parse_manifests(given, path), path)]
    return replace(state, resources=_appended(layer, state.resources, read))


def _included(layer: Layer, reference: str) -> Layer:
    """The kustomization in a folder that another one names. Raises `Unresolved`."""
    if is_remote(reference):
        raise Unresolved(f"{reference} is remote; it is not fetched")
    folder = layer.reading.store.resolved(resolve(layer.kustomization.folder, reference))
    _check_folder(layer, folder, reference)
    layer.reading.bases[folder] = None
    found: Kustomization | None = load(layer.reading, folder)
    if found is None:
        raise Unresolved(f"{reference} cannot be read")
    return layer.below(found)


def _check_folder(layer: Layer, folder: str, reference: str) -> None:
    store = layer.reading.store
    if file_of(store, folder) is None:
        missing = "no kustomization file in it" if store.names(folder) else "no such file or folder"
        raise Unresolved(f"{reference}: {missing}")
    for outer in layer.chain:
        if outer == folder:
            raise Unresolved(f"{reference} leads back to a kustomization that includes this one")
        if not folder or outer.startswith(folder + "/"):
            raise Unresolved(f"{reference} is a folder around a kustomization that includes it; kustomize refuses that")


def _appended(layer: Layer, resources: Resources, more: Iterable[Resource]) -> Resources:
    """The objects with further ones; of two that are called the same, the first stays."""
    known = {identity(resource) for resource in resources}
    for resource in more:
        who = identity(resource)
        if who in known:
            other = resource.origins[0].path
            layer.reading.report(layer.kustomization.path, f"{who} is there twice; the one from {other} is left out")
            continue
        known.add(who)
        resources = (*resources, resource)
    return resources


def _with_configuration(layer: Layer, state: _State, reference: str) -> _State:
    path = layer.locate(reference)
    documents = parse(layer.reading.data(path), path, old_booleans=True)
    try:
        config = read_config(documents[0] if documents else {})
        return replace(state, config=merge_configs(state.config, config))
    except Unresolved as error:
        raise Unresolved(f"{path}: {error}") from None


def _with_generated(layer: Layer, state: _State, field: str, given: Mapping[str, Any]) -> _State:
    new = generate(layer, field, given)
    return replace(state, resources=absorb(state.resources, new, given.get("behavior") or ""))


def _joined(layer: Layer, resources: Resources, more: Iterable[Resource]) -> Resources:
    """The objects with those of a chart; one that is called as another is now, or was before, is left out."""
    known = {who for resource in resources for who in all_identities(resource)}
    for resource in more:
        who = identity(resource)
        if who in known:
            layer.reading.report(layer.kustomization.path, f"helmCharts: {who} exists already; the chart's is left out")
            continue
        known.add(who)
        resources = (*resources, resource)
    return resources


def _with_variable(layer: Layer, state: _State, given: Mapping[str, Any]) -> _State:
    variable = read_variable(given, layer.kustomization.path)
    variables = _merged_variables(state.variables, (variable,))
    return replace(state, resources=marked(state.resources, variable), variables=variables)


def _merged_variables(known: tuple[Variable, ...], more: Iterable[Variable]) -> tuple[Variable, ...]:
    for variable in more:
        if any(variable.name == other.name for other in known):
            raise Unresolved(f"vars: {variable.name} is defined twice")
        known = (*known, variable)
    return known


# What is done once, at the end


def _finished(layer: Layer, state: _State, *, hashed: bool) -> Resources:
    resources = tuple(map(with_hash, state.resources)) if hashed else state.resources
    resources = layer.each(resources, updating(resources, state.config))
    values: dict[str, Any] = {}
    for variable in state.variables:
        value: Any = layer.attempt(partial(value_of, variable, resources), None)
        if value is not None:
            values[variable.name] = value
    if values:
        resources = layer.each(resources, partial(with_variables, values=values, config=state.config))
    kept = tuple(_cleaned(resource) for resource in resources if not _is_local(resource))
    return layer.attempt(partial(ordered, kept, layer.kustomization.mapping("sortOptions")), kept)


def _is_local(resource: Resource) -> bool:
    """Is an object meant for tools only, not for the cluster?"""
    return at(resource.data, "metadata", "annotations", _LOCAL) not in (None, "false")


def _cleaned(resource: Resource) -> Resource:
    """The object with its annotations as text; an empty mapping of them goes away. kustomize does that to all."""
    if "annotations" not in mapping_at(resource.data, "metadata"):
        return resource
    annotations = mapping_at(resource.data, "metadata", "annotations")
    return replace(resource, data=with_metadata(resource.data, "annotations", annotations))
