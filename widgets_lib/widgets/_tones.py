"""The colour of each letter of an einsum: one rule for every widget that draws one."""

from widgets_lib.compute.einsum import Einsum


def choose_tones(e: Einsum) -> dict[str, str]:
    """The colour of each letter: k for what is summed, i and j for rows and columns of the result, p for the rest."""
    tones = {letter: "k" if letter in e.summed else "p" for letter in e.sizes}
    if len(e.output) > 1:
        tones |= {e.output[-2]: "i", e.output[-1]: "j"}
    elif e.output:
        is_rows = any(letters[-2:-1] == e.output for letters in e.inputs)
        tones[e.output] = "i" if is_rows else "j"
    return tones
