"""Helm templates: the lexer of actions, the tree of branches, and the mask that lets a YAML parser read the rest."""
