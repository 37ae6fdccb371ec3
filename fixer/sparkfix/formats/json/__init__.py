"""JSON: files, and JSON in scripts, manifests and notebooks."""
