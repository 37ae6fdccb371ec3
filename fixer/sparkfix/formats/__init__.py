"""Bytes to documents: the only code that knows a syntax. One folder per syntax; `document` puts them together."""
