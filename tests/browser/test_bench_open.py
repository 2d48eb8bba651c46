"""`make bench` opens lessons in the browser of these tests as well."""

from benchmarks import bench_open


def test_a_lesson_is_opened_in_turn_by_each_server(browser, voila):
    row = bench_open.in_turn(browser, {"one": voila, "the same": voila}, "04_broadcasting.ipynb", 1)
    assert row["ratio"].endswith("× the same") and "hung" not in row["beside"]
