"""`python -m sparkfix`."""

from sparkfix.cli.main import main

main()
