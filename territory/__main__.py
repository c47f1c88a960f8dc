"""``python -m territory`` is ``territory``."""

from territory.cli import main

if __name__ == "__main__":
    main()
