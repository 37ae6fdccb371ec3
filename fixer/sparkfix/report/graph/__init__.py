"""Graphs of workloads as a tree of text, as Graphviz, as a picture, and as data.

Each drawer takes the graphs and `Locate`, and gives the whole text that is to be printed.
"""

from sparkfix.report.graph.data import graphs_json
from sparkfix.report.graph.dot import graphs_dot
from sparkfix.report.graph.places import Locate, locate_in
from sparkfix.report.graph.svg import graphs_svg
from sparkfix.report.graph.tree import graphs_text

__all__ = ["Locate", "graphs_dot", "graphs_json", "graphs_svg", "graphs_text", "locate_in"]
