"""KernelGrid: what is drawn and said of a launch, and what is answered to bad sizes."""

import json

import pytest

import widgets_lib as wl


def words(widget):
    return widget.picture["words"]


def sectors(widget):
    return [request["text"] for request in widget.picture["requests"]]


def test_it_opens_on_the_published_launch():
    grid = wl.KernelGrid()
    assert words(grid)["code"].splitlines() == [
        "threads = (16, 16)",
        "blockspergrid = (math.ceil(50_000 / 16), math.ceil(10 / 16))  # (3125, 1)",
        "kernel[blockspergrid, threads](a, b, c)",
        "    i, j = cuda.grid(2)  # x is the row",
    ]
    assert words(grid)["counts"] == (
        "800,000 threads for 500,000 cells: 300,000 are idle, 37.5\u00a0%. Of 25,000 warps, 9,375 are wholly idle."
    )
    assert grid.picture["warps"]["text"] == "its 8 warps: 3 wholly idle"
    assert [entry["active"] for entry in grid.picture["warps"]["entries"]] == [32] * 5 + [0] * 3
    assert sectors(grid) == ["16 sectors", "1 sector", "16 sectors"]


def test_swapped_the_warps_turn_and_the_cell_stays():
    grid = wl.KernelGrid(cell=(49_999, 9))
    before = grid.picture
    grid.x = "column"
    assert grid.picture["cell"] == before["cell"] == [49_999, 9]
    assert words(grid)["code"].splitlines()[1::2] == [
        "blockspergrid = (math.ceil(10 / 16), math.ceil(50_000 / 16))  # (1, 3125)",
        "    j, i = cuda.grid(2)  # x is the column",
    ]
    assert grid.picture["block"]["index"] == [0, 3124] == before["block"]["index"][::-1]
    assert sectors(grid) == ["2 sectors", "2 sectors", "3 sectors"]
    assert grid.picture["warps"]["text"] == "its 8 warps: none wholly idle"
    assert [entry["short"] for entry in grid.picture["warps"]["entries"]] == ["20"] * 8
    height, width = grid.picture["block"]["shape"]
    turned = [before["block"]["warp_of"][column * height + row] for row in range(height) for column in range(width)]
    assert grid.picture["block"]["warp_of"] == turned


def test_a_thread_is_named_with_what_it_reads():
    grid = wl.KernelGrid(cell=(53, 7))
    assert dict(words(grid)["thread"]) == {
        "blockIdx": "(3, 0)",
        "threadIdx": "(5, 7)",
        "warp, lane": "3, 21",
        "i": "blockIdx.x · blockDim.x + threadIdx.x\n= 3 · 16 + 5 = 53",
        "j": "blockIdx.y · blockDim.y + threadIdx.y\n= 0 · 16 + 7 = 7",
    }
    assert words(grid)["said"].startswith(
        "Thread (5, 7) of block (3, 0) reads row 53 of a and column 7 of b, and writes c[53, 7]."
    )
    assert grid.picture["warps"]["reads_rows"] == list(range(16))
    assert grid.picture["warps"]["reads_columns"] == [6, 7]
    grid.cell = [53, 12]
    assert "does nothing: j = 12 is past the last column (9), so the guard sends it away" in words(grid)["said"]
    assert words(grid)["warp"] == "Warp 6 is wholly idle and asks for nothing."


def test_the_last_block_is_ragged_and_a_cell_beyond_the_grid_comes_back():
    grid = wl.KernelGrid(100, 100, cell=(99, 99))
    assert grid.picture["block"]["inside"] == [4, 4]
    grid.threads = [64, 8]
    assert (grid.picture["block"]["index"], grid.picture["block"]["inside"]) == ([1, 12], [36, 4])
    grid.m = 20
    assert grid.picture["cell"] == [63, 99]  # of a grid that has 64 rows
    grid.m = 100
    assert grid.picture["cell"] == [99, 99]


@pytest.mark.parametrize(("m", "n", "threads"), [(50_000, 10, (1, 1)), (10**9, 65_535, (1024, 1)), (7, 5, (10, 6))])
def test_a_grid_of_any_size_is_a_short_picture(m, n, threads):
    grid = wl.KernelGrid(m, n, threads=threads)
    for cell in ([0, 0], [m // 2, n // 2], [10**12, 10**12]):
        grid.cell = cell
        axes = grid.picture["axes"]
        assert all(len(axis["blocks"]) <= 7 for axis in axes)
        for axis in axes:
            assert axis["chosen"] in [entry["block"] for entry in axis["blocks"]]
            assert sum(entry["left_out"] + 1 for entry in axis["blocks"]) == axis["count"]
        assert len(json.dumps(grid.picture)) < 40_000


def test_how_c_is_stored_changes_what_is_written():
    grid = wl.KernelGrid(x="column")
    grid.result = "float32"
    assert sectors(grid)[2] == "3 sectors"  # 80 bytes in a row from the start of c
    assert wl.KernelGrid(64, 64, x="column", result="float32").picture["requests"][2]["text"] == "4 sectors"


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ({"threads": "50, 40"}, "make 2,000 threads a block; a block has at most 1,024"),
        ({"threads": "0, 16"}, "threads is at least 1, not 0"),
        ({"threads": "16, 16, 2"}, "a matrix has rows and columns, no z"),
        ({"threads": "many"}, "“many” can’t be read as a shape"),
        ({"threads": ""}, "no shape was typed"),
        ({"size": {"name": "m", "text": "0"}}, "the number of rows of c is at least 1, not 0"),
        (
            {"size": {"name": "n", "text": "ten"}},
            "the number of columns of c is a whole number such as 42, not “ten”",
        ),
        (
            {"size": {"name": "m", "text": "1e12"}},
            "the number of rows of c is at most 1,000,000,000, not 1,000,000,000,000",
        ),
        ({"size": {"name": "n", "text": "-5"}}, "the number of columns of c is at least 1, not -5"),
        ({"size": {"name": "n", "text": "2,000,000"}}, "y would have 125,000 blocks"),
        ({"size": {"name": "z", "text": "5"}}, "the sizes are m and n"),
    ],
)
def test_what_can_not_be_is_answered_in_words_and_changes_nothing(typed, answer):
    grid = wl.KernelGrid()
    before = grid.picture
    grid._on_msg(typed, [])
    assert answer in grid.error
    assert grid.picture is before
    grid._on_msg({"size": {"name": "m", "text": "1 thousand"}}, [])
    assert (grid.error, grid.m) == ("", 1000)


def test_sliders_that_make_too_many_threads_are_answered_too():
    grid = wl.KernelGrid()
    grid.set_state({"threads": [128, 16]})
    assert "2,048 threads a block" in grid.error
    grid.set_state({"threads": [128, 8]})
    assert (grid.error, words(grid)["threads"]) == ("", "128, 8")


def test_typed_threads_are_taken():
    grid = wl.KernelGrid()
    grid._on_msg({"threads": "(32, 8)"}, [])
    assert grid.threads == [32, 8]
    assert words(grid)["counts"].startswith("800,256 threads")
    grid._on_msg({"threads": "256"}, [])
    assert grid.threads == [256, 1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"m": 0}, "m is at least 1"),
        ({"threads": (32, 64)}, "2,048 threads a block"),
        ({"threads": "16"}, "threads is a whole number"),
        ({"x": "z"}, "x is “row” or “column”, not 'z'"),
        ({"result": "int8"}, "the result is float32 or float64, not 'int8'"),
        ({"k": 0}, "k is at least 1"),
        ({"cell": (1, -1)}, "a cell is two whole numbers"),
    ],
)
def test_a_constructor_says_what_is_wrong(arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        wl.KernelGrid(**arguments)


@pytest.mark.parametrize("threads", [[16, None], [True, 2], [1.5, 2], ["a", 1], [], [16, 16, 16, 16], [0, 5]])
def test_threads_that_a_page_sets_are_used_or_answered_in_words(threads):
    widget = wl.KernelGrid(10, 10)
    widget.set_state({"threads": threads})
    assert "TypeError" not in widget.error and (widget.error or widget.threads == threads)
