"""Jupyter notebooks: the texts of their code cells, each in the language that it is in."""
