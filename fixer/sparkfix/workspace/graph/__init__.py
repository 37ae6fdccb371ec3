"""The graph of a unit's workloads: what runs, what it reads, who leads to it, and what it may do.

`graph_of` is a pure function over workloads; it reads no file, so that it also draws what a chart or a kustomization
renders to.
"""

from sparkfix.workspace.graph.build import graph_of

__all__ = ["graph_of"]
