"""TOML: tables and lists of settings, with tree-sitter."""
