"""Java properties text: files, and text inside YAML scalars and template bodies."""
