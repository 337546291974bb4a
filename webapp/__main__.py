"""`python -m webapp` is `carnet`."""

from webapp.cli import main

main()
