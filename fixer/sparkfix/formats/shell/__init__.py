"""Shell scripts: simple commands with the places of their words. The home of tree-sitter."""
