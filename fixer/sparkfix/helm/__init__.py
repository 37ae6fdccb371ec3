"""Helm charts as Helm renders them: values sets, confined rendering, and which source line made each rendered line."""
