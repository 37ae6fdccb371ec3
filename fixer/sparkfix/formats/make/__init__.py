"""Makefiles: recipes and variables, with tree-sitter."""
