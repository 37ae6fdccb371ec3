"""Kustomizations, resolved to the objects that would be applied: in process, over any `Store`.

`find_kustomizations` finds them, `build` resolves one, `overlays_of` says which of them a file reaches.
"""

from sparkfix.workspace.kustomize.build import build
from sparkfix.workspace.kustomize.kustomization import find_kustomizations
from sparkfix.workspace.kustomize.objects import Built, EffectiveObject, Origin
from sparkfix.workspace.kustomize.overlays import overlays_of

__all__ = ["Built", "EffectiveObject", "Origin", "build", "find_kustomizations", "overlays_of"]
