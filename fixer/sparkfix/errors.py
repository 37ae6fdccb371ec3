"""The exceptions that sparkfix raises on purpose. Nothing is imported here, so that start-up stays quick."""


class SparkfixError(Exception):
    """Bad input or an impossible request: one line for the user, exit code 2."""


class Refused(Exception):
    """An edit that cannot be made safely; the text is the reason, shown to the user."""


class Needless(Refused):
    """An edit that would change nothing any more, as another one did its work."""
