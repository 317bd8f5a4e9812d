"""The command line, `intently` or `python -m intently`."""

from intently.process import settle

settle()  # before numpy is imported

from intently.cli import main  # noqa: E402

__all__ = ["main"]

if __name__ == "__main__":
    main()
