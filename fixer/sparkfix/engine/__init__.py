"""Running rules, choosing fixes, proving them, and the one writer. Pure but for `write` and `journal`."""
