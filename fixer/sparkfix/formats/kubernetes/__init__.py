"""Kubernetes manifests: objects, pods and containers in YAML documents, and edits of containers."""
