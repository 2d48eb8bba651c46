"""The static edition: the lessons as plain files, whose widgets compute in the browser.

`python -m static_edition OUT` builds it. Each lesson is executed once, here, with torch and numba; its page holds what the
cells said, and of each widget what it showed and how it was made. `browser/` is what goes with the pages.
"""
