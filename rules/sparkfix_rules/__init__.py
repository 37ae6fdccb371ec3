"""The built-in rules of sparkfix, one module per rule, found by walking this package."""
