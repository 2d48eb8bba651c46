"""What nested loops must keep to if they are to compute an einsum; the usual mistakes, each with its name."""

import ast
from collections.abc import Sequence

from widgets_lib.compute.formatting import count, format_shape, join_words

from .loops_tree import Line, Nest, is_zero, name_of, read_access, read_size, target_of
from .source import LIBRARIES, Source

# ---- indices and loops ----


def check_names(source: Source, nest: Nest, line: Line) -> None:
    """Every index is looped, every loop is used, no array stands twice, and what is summed is added up."""
    assert nest.target
    _check_looped(source, nest, line)
    _check_used(source, nest, line)
    _check_once(source, nest)
    summed = [loop.name for loop in line.loops if loop.name not in nest.kept]
    if summed and isinstance(line.node, ast.Assign):
        place = source.between(target_of(line.node), line.node.value, "=")
        message = f"“=” overwrites the result in every round of the loop over {summed[0]}: “+=” adds"
        edits = [(source.with_changed(place, "+="), "Adds each product to the result.")]
        raise source.fault(message, [place], "overwrites", edits)


def _check_looped(source: Source, nest: Nest, line: Line) -> None:
    assert nest.target
    looped = {loop.name for loop in line.loops}
    indices = [index for access in [nest.target, *nest.factors] for index in access.axes if index.name]
    missing = [index for index in indices if index.name not in looped]
    if missing:
        names = list(dict.fromkeys(index.name for index in missing))
        verb = "is used as an index" if len(names) == 1 else "are used as indices"
        message = f"{join_words(names)} {verb} but there is no loop over it"
        raise source.fault(message, [index.span for index in missing], "not-looped")


def _check_used(source: Source, nest: Nest, line: Line) -> None:
    assert nest.target
    used = {index.name for access in nest.factors for index in access.axes}
    idle = [loop for loop in line.loops if loop.name not in used and loop.name not in nest.kept]
    if idle:
        message = f"the loop over {idle[0].name} indexes nothing, so every product is added several times"
        raise source.fault(message, [loop.node for loop in idle], "unused-loop")
    unknown = [index for index in nest.target.axes if index.name and index.name not in used]
    if unknown:
        names = join_words([index.name for index in unknown])
        message = f"{names} indexes the result but no operand: einsum can’t repeat values along a new axis"
        raise source.fault(message, [index.span for index in unknown], "output-unknown")
    names_kept = [index.name for index in nest.target.axes]
    twice = [index for index in nest.target.axes if names_kept.count(index.name) > 1]
    if twice:
        message = f"{twice[0].name} appears twice in the result’s index: each axis of the result needs its own"
        raise source.fault(message, [index.span for index in twice], "output-repeats")


def _check_once(source: Source, nest: Nest) -> None:
    assert nest.target
    seen = {nest.target.name}
    taken = {*(loop.name for loop in nest.loops), *LIBRARIES, "range", "len"}
    for access in [nest.target, *nest.factors]:
        if access.name in taken:
            message = f"{access.name} already has another meaning here: give this array another name"
            raise source.fault(message, [access.node], "operand")
    for access in nest.factors:
        if access.name == nest.target.name:
            message = f"{access.name} is the result, so it can’t be a factor as well"
            raise source.fault(message, [access.node], "operand-twice")
        if access.name in seen:
            message = (
                f"{access.name} appears twice: to einsum these are two operands, so give the second a name of its own"
            )
            raise source.fault(message, [access.node], "operand-twice")
        seen.add(access.name)


# ---- where the result starts at zero ----


def check_start(source: Source, nest: Nest, line: Line) -> None:
    """The result, each of its cells or a total is set to zero before anything is added, and not again."""
    assert nest.target
    result, stores = nest.target.name, nest.of_kind("store")
    total = name_of(target_of(line.node))
    starts = {
        name: [each for each in nest.of_kind("start") if name_of(target_of(each.node)) == name]
        for name in (result, total)
    }
    for each in nest.of_kind("start"):
        if name_of(target_of(each.node)) not in starts:
            raise source.fault("this is set, but it is not the result", [each.node], "start-unused")
        if each.node.lineno > line.node.lineno:
            message = "the result is set to zero after the line that adds to it, so the sums are lost"
            raise source.fault(message, [each.node], "start-inside")
    if stores and total != result:
        _check_total(source, nest, starts[total], stores[0], line)
    whole = [each for each in starts[result] if isinstance(target_of(each.node), ast.Name)]
    cells = [each for each in starts[result] if isinstance(target_of(each.node), ast.Subscript)]
    if not whole:
        start = source.span(nest.target.node)[0]
        message = f"{result} is never created: put {result} = np.zeros(…) before the loops"
        raise source.fault(message, [(start, start + len(result))], "no-start")
    for each in whole:
        if each.loops:
            message = (
                f"the result is set to zero inside the loop over {each.loops[-1].name}: what was added so far is lost"
            )
            raise source.fault(message, [each.node], "start-inside")
        _check_shape(source, nest, each)
    for each in cells:
        _check_cell(source, nest, each, line)
    if not cells and not stores and isinstance(line.node, ast.AugAssign) and _is_empty(whole[0].node.value):
        call = whole[0].node.value
        edits = [(source.text.replace(".empty(", ".zeros("), "Starts at zero.")]
        raise source.fault("“empty” holds arbitrary numbers, and “+=” would add to them", [call], "no-start", edits)


def _is_empty(call: ast.expr) -> bool:
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "empty"


def _check_total(source: Source, nest: Nest, starts: Sequence[Line], store: Line, line: Line) -> None:
    """The total starts at zero where it is stored: in the loops over the result, outside of those that are summed."""
    if not starts:
        at = source.span(line.node)[0]
        raise source.fault("the total is never set to zero", [(at, at + 1)], "no-start")
    own = line.loops[: len(store.loops)] == store.loops and store.node.lineno > line.node.lineno
    if {loop.name for loop in store.loops} != nest.kept or not own:
        message = (
            "the total is stored once it is complete: after the inner loops, inside those over the result’s own indices"
        )
        raise source.fault(message, [store.node], "store-inside")
    if any(each.loops != store.loops for each in starts):
        message = "the total should be set to zero in the same loop that stores it"
        raise source.fault(message, [starts[0].node], "start-inside")


def _check_cell(source: Source, nest: Nest, start: Line, line: Line) -> None:
    """c[i, j] = 0 stands in the loops over i and j, and in no loop that is summed."""
    assert nest.target
    target = read_access(source, target_of(start.node))
    if [index.name for index in target.axes] != [index.name for index in nest.target.axes]:
        raise source.fault("the cell set to zero here is not the one that is added to", [target.node], "start-cell")
    inside = [loop.name for loop in start.loops if loop.name not in nest.kept]
    if inside:
        message = f"the cell is set to zero inside the loop over {inside[0]}: what was added so far is lost"
        raise source.fault(message, [start.node], "start-inside")
    if start.loops != line.loops[: len(target.axes)]:
        raise source.fault(
            "the cell should be set to zero just inside the loops over its own indices", [start.node], "start-inside"
        )


def _check_shape(source: Source, nest: Nest, start: Line) -> None:
    """np.zeros((5, 10)) has the sizes of the loops; 0 stands for a result without axes."""
    assert nest.target
    value = start.node.value
    made = [] if is_zero(value) else read_zeros(source, value)
    ranges = {loop.name: loop.size for loop in nest.loops}
    wanted = [(index.name, ranges.get(index.name)) for index in nest.target.axes]
    if len(made) == len(wanted) and all(None in (n, m) or n == m for n, (_, m) in zip(made, wanted, strict=True)):
        return
    known = [n for n in made if n is not None]
    shown = format_shape(known) if len(known) == len(made) else count(len(made), "axis", "axes")
    goes = join_words([f"{name} over range({m})" if m is not None else name for name, m in wanted] or ["over no axis"])
    message = f"the result is created with the shape {shown}, but its index goes {goes}"
    raise source.fault(message, [value], "result-shape")


def read_zeros(source: Source, node: ast.expr) -> list[int | None]:
    """The sizes in np.zeros((5, 10)), torch.zeros(5, 10) and the like, None for each that only operands can tell.

    Raises: Fault for anything else.
    """
    call = node if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
    library = call.func.value if call and isinstance(call.func, ast.Attribute) else None
    known = isinstance(library, ast.Name) and library.id in LIBRARIES
    if call is None or not known or call.func.attr not in ("zeros", "empty"):  # type: ignore[attr-defined]
        raise source.fault("start the result as np.zeros((5, 10)), torch.zeros((5, 10)) or 0", [node], "start")
    args = call.args
    if len(args) == 1 and isinstance(args[0], (ast.Tuple, ast.List)):
        args = args[0].elts
    elif len(args) > 1 and isinstance(library, ast.Name) and library.id != "torch":
        place = source.span(args[0])[0], source.span(args[-1])[1]
        edits = [(source.with_changed(place, f"({source.text[slice(*place)]})"), "Gives the shape as one tuple.")]
        raise source.fault("numpy takes the shape as one tuple, in its own parentheses", [place], "start", edits)
    return [read_size(source, arg) for arg in args]
