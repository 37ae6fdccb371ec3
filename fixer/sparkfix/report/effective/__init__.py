"""What Spark ends up with, as text and as data, and what changes between two such states."""

from sparkfix.report.effective.changes import Changed, changes_json, changes_text, compared
from sparkfix.report.effective.data import effective_json
from sparkfix.report.effective.text import effective_text

__all__ = ["Changed", "changes_json", "changes_text", "compared", "effective_json", "effective_text"]
