"""Bytes of a source file: encodings, newlines, spans, edits and the unified diff. The home of difflib."""
