"""YAML: nodes with byte spans, property blocks in maps and lists, and edits that splice. The home of PyYAML and ruamel."""
