"""The numbers that lesson 02 states and shows."""

import itertools
import math
import random

import numpy as np
import torch

from tests.lessons.lesson_expressions import given_away, judged, shown, text_above, widgets
from widgets_lib.compute import rng

LESSON = "02_random"
FIRST_FOUR = [0.7645251082582081, 0.7920889799553945, 0.06912886811267205, 0.9559050644103264]


def test_the_generator_of_the_lesson_gives_the_numbers_of_pythons_own(run_lesson):
    state, four = run_lesson(LESSON, shown("wichmann_hill.state"), shown("rand(), rand(), rand(), rand()"))
    assert state == [4976, 20238, 499]
    assert four == FIRST_FOUR


def test_a_seed_brings_the_same_numbers_back(run_lesson):
    ((once, again),) = run_lesson(LESSON, shown("once, again"))
    torch.manual_seed(1)
    assert once == again == torch.rand(3).tolist()


def test_ten_thousand_draws_are_spread_evenly(run_lesson, printed):
    """The mean of 10,000 lies within 4 standard errors of 1/2; the seed is fixed, so it does so every time."""
    ((mean, variance, draws),) = run_lesson(LESSON, "[mean, variance, len(draws)]")
    assert draws == 10_000 == 20 * 500 and abs(mean - 0.5) < 4 * math.sqrt(1 / 12 / draws)
    assert printed(LESSON, "mean = ") == (
        f"mean {mean:.3f}, variance {variance:.4f} (for an even spread: 1/12 = 0.0833)\n"
    )


def test_the_pairs_of_the_small_generator_lie_on_five_lines_but_one_in_the_bottom_right_hand_corner(run_lesson):
    (lines,) = run_lesson(LESSON, shown("sorted({round(5 * xs[i + 1] - xs[i], 6) for i in range(2047)})"))
    xs = rng.TinyLcg(1).draw(2048).tolist()
    assert 5 * 1229 == 3 * 2048 + 1
    assert len(lines) == 6
    np.testing.assert_allclose(np.diff(lines), 1)  # a whole number apart
    dots = {line: [(x, y) for x, y in itertools.pairwise(xs) if round(5 * y - x, 6) == line] for line in lines}
    (alone,) = dots.pop(lines[0])
    assert alone[0] > 0.99 and alone[1] == 0
    assert all(len(each) > 400 for each in dots.values())


def test_the_triples_of_randu_lie_on_fifteen_planes(run_lesson, printed):
    assert 65539 == 2**16 + 3
    assert printed(LESSON, "randu = ") == "536,870,912 draws, which is 2²⁹: True\n"
    assert printed(LESSON, 'print("65539²') == (
        "65539² is 6 · 65539 − 9 modulo 2³¹: True\n15 different values: -5 -4 -3 -2 -1 0 1 2 3 4 5 6 7 8 9\n"
    )
    # drawn with plain integers, without the course's own generator
    x, draws = 1, []
    for _ in range(10_000):
        x = 65539 * x % 2**31
        draws.append(x)
    triples = zip(draws, draws[1:], draws[2:], strict=False)
    assert run_lesson(LESSON, "found") == [sorted({(9 * x - 6 * y + z) / 2**31 for x, y, z in triples})]


def test_a_jump_is_a_thousand_steps(run_lesson):
    ((stepped, jumped),) = run_lesson(LESSON, shown("x, pow(171, 1000, 30269)"))
    assert stepped == jumped == 171**1000 % 30269


def test_the_cycles_and_the_period(run_lesson):
    cycles, period = run_lesson(LESSON, "cycles", "period")
    assert cycles == [30268, 30306, 30322]
    assert period == 6_953_607_871_644
    assert round(period / 1e6 / 86_400) == 80
    assert math.floor(19937 * math.log10(2)) + 1 == 6002  # digits of the Mersenne Twister's 2¹⁹⁹³⁷ − 1


def test_the_slip_gives_the_published_numbers_beside_the_right_ones(run_lesson, printed):
    pairs, same_state = run_lesson(LESSON, "pairs", shown("right.state == slip.state"))
    assert [slip for _, slip in pairs] == [0.25421176102342913, 0.4689255225976794, 0.19544471247365425]
    assert all(0 < abs(right - slip) < 1e-4 for right, slip in pairs)
    assert same_state is True
    printed_pairs = [line.split()[:2] for line in printed(LESSON, "right, slip = ").splitlines()]
    assert len(printed_pairs) == 3 and all(right != slip for right, slip in printed_pairs)  # the difference is seen


def test_the_slip_moves_the_sums_by_less_than_a_ten_thousandth_and_a_draw_by_nearly_1_where_a_sum_passes_a_whole():
    right, slip = rng.WichmannHill(42), rng.WichmannHill(42, divide_by_period=True)
    sums = [(right.peek().total, slip.peek().total, right.random(), slip.random()) for _ in range(100_000)]
    assert all(abs(a - b) < 1e-4 for a, b, _, _ in sums)
    assert any(abs(a - b) > 0.99 for _, _, a, b in sums)


def draws(generator, seed=0):
    """An expression for what parent and child drew in the lesson's kind of fork."""
    fork = f"rng.real_fork({generator!r}, children=1, draws=3, seed={seed})"
    return f"[[draw.value for draw in process.draws] for process in {fork}.processes]"


def test_a_fork_repeats_the_numbers_of_all_but_pythons_own(run_lesson):
    ours, torchs, numpys, generators, pythons = run_lesson(
        LESSON,
        draws("wichmann-hill", 457428938475),
        *(draws(generator) for generator in ("torch", "numpy-legacy", "numpy-generator", "python")),
    )
    torch.manual_seed(0)
    assert ours == [FIRST_FOUR[:3]] * 2
    assert torchs == [torch.rand(3).tolist()] * 2
    assert numpys == [np.random.RandomState(0).random_sample(3).tolist()] * 2
    assert generators == [np.random.default_rng(0).random(3).tolist()] * 2
    mersenne = random.Random(0)
    assert pythons[0] == [mersenne.random() for _ in range(3)]
    assert not set(pythons[0]) & set(pythons[1])


def test_the_three_generators_that_were_asked_about_are_told_apart(printed):
    blocks = printed(LESSON, "for title, generator in [").strip().split("\n\n")
    assert [block.splitlines()[0] for block in blocks] == ["Python’s random", "np.random", "np.random.default_rng"]
    parent_and_child = [[line.split(":")[1].split() for line in block.splitlines()[1:3]] for block in blocks]
    assert [parent == child for parent, child in parent_and_child] == [False, True, True]


def test_our_own_weights_have_the_shape_of_torchs(run_lesson):
    assert run_lesson(LESSON, shown("len(rows), len(rows[0]), tuple(torchs().shape)")) == [[784, 10, [784, 10]]]


def test_the_widgets_open_as_the_text_says(run_lesson):
    streams, forks, loaders = run_lesson(
        LESSON,
        f"[[w.show, w.generator, w.compare_with, w.n] for w in {widgets('RandomStream')}]",
        f"[[w.generator, w.children, w.reseeding] for w in {widgets('ForkSimulator')}]",
        f"[[w.workers, w.reseeding] for w in {widgets('LoaderWorkers')}]",
    )
    assert streams == [
        ["pairs", "tiny-lcg", "wichmann-hill", 2048],
        ["stream", "wichmann-hill", "", 50],
        ["planes", "randu", "wichmann-hill", 2048],
    ]
    assert forks == [["wichmann-hill", 2, "none"], ["numpy-generator", 3, "spawn"]]
    assert loaders == [[4, "none"]]


def test_every_question_knows_its_answer(run_lesson):
    answers = [  # right, wrong
        ("the same three numbers", "an error"),
        ("0.1", "2.1"),
        ("0.5", "0.4"),
        ("perfectly even", "like a staircase"),
        ("on a few flat planes", "all over the cube"),
        ("9", "10"),
        ("30268", "30269"),
        ("1", "0.99"),
        ("3", "6"),
        ("the same number", "two different numbers"),
        ("Python’s random", "np.random"),
        ("a spawned seed", "a jump ahead"),
        ("1", "4"),
        measured_answers(*run_lesson(LESSON, "powers", "ratio")),
        ("8", "7"),
        ("100", "800"),
        ("no, all four draw the same", "yes, the loader reseeds them"),
    ]
    assert run_lesson(LESSON, judged(*zip(*answers, strict=True))) == [[[True, False]] * len(answers)]


def measured_answers(choices, ratio):
    """How much faster is measured: right is the choice nearest to what was found."""
    logarithms = {choice: math.log10(int(choice.split()[0].replace(",", ""))) for choice in choices}
    right, wrong, *_ = sorted(choices, key=lambda choice: abs(math.log10(ratio) - logarithms[choice]))
    return right, wrong


def test_what_comes_back_with_a_seed_and_what_does_not(run_lesson):
    twice = (
        "{each['name']: (setattr(w, 'chosen', each['name']), w.wait(60), w.result['text'], w.run(), w.wait(60), "
        "w.result['text'])[2::3] for each in w.variants}"
    )
    (said,) = run_lesson(LESSON, f"(lambda w: {twice})({widgets('Variants')}[0])")
    torch.manual_seed(1)
    six = torch.rand(6)
    assert said["seed 1, then 6 draws"][0] == repr(six)
    assert said["seed 1"][0] == repr(six[:3]) != said["seed 2"][0]
    again = [name for name, (first, second) in said.items() if first == second]
    assert again == ["seed 1", "seed 2", "seed 1, then 6 draws"]


def test_the_answers_behind_the_last_questions(run_lesson, printed):
    assert run_lesson(LESSON, shown("visited")) == [[0, 3, 2, 5, 4, 7, 6, 1, 0]]
    assert (
        printed(LESSON, 'fork = rng.real_fork("numpy-legacy"') == "8 workers drew 800 numbers, 100 of them different\n"
    )
    lines = printed(LESSON, 'show(rng.real_fork("numpy-generator", children=4').splitlines()
    assert len(lines) == 6 and len({line.split(":")[1].strip() for line in lines[:5]}) == 1


def test_an_even_histogram_says_nothing_of_the_order():
    """What the lesson says of 0.025, 0.075, … 0.975 again and again, in 20 bins."""
    assert set(np.histogram([0.025 + 0.05 * (i % 20) for i in range(1000)], 20, (0, 1))[0]) == {50}


def test_no_answer_stands_above_its_question():
    pairs = [
        ("then both once more", "manual_seed("),
        ("then both once more", "seed"),
        ("what is their mean", "mean = "),
        ("what is their mean", "plt.hist("),
        ("Where do the dots of RANDU lie", 'show="planes"'),
        ("What is the largest whole number", "9 * xs[i]"),
        ("How many steps does", "cycles = "),
        ("Parent and child each draw three", "real_fork("),
        ("Do they get the same number", 'real_fork("torch"'),
        ("Which of these notices the fork", '"python"'),
        ("Which of these does that for every generator", 'reseeding="spawn"'),
        ("the first digits of the first four batches", "LoaderWorkers("),
        ("then both once more", "wl.Variants("),
        ("With pencil and paper", "visited"),
        ("Eight workers are forked", "eight = "),
    ]
    assert given_away(LESSON, pairs) == []


def test_no_text_says_an_answer_before_its_question():
    """What a reader has read when a question comes says neither its answer nor, with RANDU, that there are planes."""
    assert "same" not in text_above(LESSON, "then both once more").split("PyTorch has a function")[1]
    assert "plane" not in text_above(LESSON, "Where do the dots of RANDU lie")
    assert "30,268" not in text_above(LESSON, "How many steps does")
    assert "copy of the state" not in text_above(LESSON, "Parent and child each draw three")


def test_the_kernel_of_the_lesson_has_no_child_left_over(run_lesson):
    children = "__import__('psutil').Process().children()"
    (states,) = run_lesson(LESSON, f"[child.status() for child in {children}]")
    assert "zombie" not in states
