"""`python -m evercart` is the command line."""

from evercart.cli import main

if __name__ == "__main__":
    main()
