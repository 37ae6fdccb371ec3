"""Terraform: maps and lists of settings, and texts in strings, with tree-sitter."""
