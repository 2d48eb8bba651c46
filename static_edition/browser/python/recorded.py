"""The ladder where there is no process to measure in."""


def install(book):
    """book: what the machine that built the page measured."""
