"""Kustomizations, resolved to the objects that would be applied: in process, over any `Store`.

`find_kustomizations` and `kustomizations_around` find them, `build` resolves one. Their charts are rendered by an `Inflate`
(see `sparkfix.helm.inflate`).
"""

from sparkfix.workspace.kustomize.around import has_kustomizations, inflate_charts, kustomizations_around
from sparkfix.workspace.kustomize.build import build
from sparkfix.workspace.kustomize.charts import ChartRequest, Inflate, Inflated
from sparkfix.workspace.kustomize.kustomization import find_kustomizations
from sparkfix.workspace.kustomize.objects import Built, EffectiveObject, Origin

__all__ = [
    "Built",
    "ChartRequest",
    "EffectiveObject",
    "Inflate",
    "Inflated",
    "Origin",
    "build",
    "find_kustomizations",
    "has_kustomizations",
    "inflate_charts",
    "kustomizations_around",
]
