"""Dockerfiles: instructions with the places of their arguments, commands in both forms, variables, here documents."""
