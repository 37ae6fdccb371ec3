"""The command line. The home of typer, and the only package that prints."""
