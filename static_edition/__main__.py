"""python -m static_edition OUT [LESSON …]: builds the site into the folder OUT."""

import argparse
import sys
from pathlib import Path

from static_edition.build import BuildFailed, build
from static_edition.execute import ROOT


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m static_edition", description="Builds the static edition.")
    parser.add_argument("out", type=Path, help="the folder to write; what is in it is replaced")
    parser.add_argument("lessons", nargs="*", help="such as 04_broadcasting; all, if none is named")
    parser.add_argument("--lessons-from", type=Path, default=ROOT / "lessons", help="the folder of notebooks")
    parser.add_argument(
        "--keep", type=Path, default=ROOT / "build/static_edition", help="where executed lessons and parts are kept"
    )
    parser.add_argument("--despite-problems", action="store_true", help="write a site even if its widgets differ")
    arguments = parser.parse_args()
    try:
        weights = build(
            arguments.out,
            arguments.lessons,
            arguments.lessons_from,
            arguments.keep,
            strict=not arguments.despite_problems,
        )
    except BuildFailed as error:
        print(error, file=sys.stderr)
        return 1
    for weight in weights:
        print(
            f"{weight.lesson}: {weight.reading / 1e3:.0f} kB to read it, {weight.python / 1e6:.1f} MB once Python wakes"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
