"""`wl.projector`: a notebook enlarged for a room, and back."""

import json
from numbers import Real
from textwrap import shorten

from widgets_lib.widgets._brief_errors import brief_errors

LARGEST, SMALLEST = 4.0, 0.5
SENTENCE = "wl.projector takes how many times as large, from 0.5 to 4, such as 1.5; None for the usual size"

# Sizes are those of the reader's own settings, read from the page; they are set on the notebook alone, not on menus.
_SCRIPT = """
(scale => {
  const page = document.documentElement;
  if (page.dataset.lesson !== undefined) return; // a page of the app has a switch of its own
  document.getElementById("wl-projector")?.remove();
  if (scale !== null) {
    const usual = getComputedStyle(document.body);
    const sizes = {
      "--jp-content-font-size1": "14px", "--jp-code-font-size": "13px", "--jp-ui-font-size1": "13px",
      "--jp-widgets-font-size": "13px", "--jp-widgets-inline-height": "28px", "--jp-widgets-inline-width": "300px",
      "--jp-widgets-inline-label-width": "80px", "--jp-widgets-inline-width-short": "148px",
      "--jp-widgets-inline-width-tiny": "72px"
    };
    const style = Object.assign(document.createElement("style"), { id: "wl-projector" });
    const larger = Object.entries(sizes).map(([name, size]) => {
      const own = usual.getPropertyValue(name).trim();
      return `${name}: calc(${/^[0-9.]+px$/.test(own) ? own : size} * ${scale});`;
    });
    style.textContent = `.jp-Notebook { --wl-scale: ${scale}; ${larger.join(" ")} }`;
    document.head.append(style);
  }
  dispatchEvent(new Event("resize")); // editors measure their lines again
})(SCALE);
"""


@brief_errors
def projector(scale: float | None) -> None:
    """Enlarge the text, code and widgets of this notebook `scale` times, in JupyterLab and Notebook 7; None undoes it.

    It holds until the page is loaded again. The app has a switch of its own, the key p.
    scale: 0.5 to 4. Raises: TypeError for what is not a number, ValueError for one out of range.
    """
    if scale is not None:
        if isinstance(scale, bool) or not isinstance(scale, Real):
            raise TypeError(f"{SENTENCE}; not {shorten(repr(scale), 40)}")
        if not SMALLEST <= scale <= LARGEST:  # NaN is not, either
            raise ValueError(f"{SENTENCE}; not {shorten(repr(scale), 40)}")
        scale = float(scale)
    _run_in_page(_SCRIPT.replace("SCALE", json.dumps(scale)), f"Projector: {scale or 1:g} times the usual size.")


def _run_in_page(script: str, text: str) -> None:
    """Run the script in the notebook's page; hosts that run none show the text."""
    from IPython.display import display

    display({"application/javascript": script, "text/plain": text}, raw=True)
