"""What the languages of programs share: settings as calls, statements and entries of literals, and their edits."""
