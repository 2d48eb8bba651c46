"""The numbers that lesson 02 states and shows."""

import math
import random

import numpy as np
import torch

from tests.lessons.lesson_expressions import judged, shown, widgets

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


def test_ten_thousand_draws_are_spread_evenly(run_lesson):
    """The mean of 10,000 lies within 4 standard errors of 1/2; the seed is fixed, so it does so every time."""
    ((mean, draws),) = run_lesson(LESSON, "[mean, len(draws)]")
    assert draws == 10_000 and abs(mean - 0.5) < 4 * math.sqrt(1 / 12 / draws)


def test_the_cycles_and_the_period(run_lesson):
    cycles, period = run_lesson(LESSON, "cycles", "period")
    assert cycles == [30268, 30306, 30322]
    assert period == 6_953_607_871_644
    assert round(period / 1e6 / 86_400) == 80
    assert math.floor(19937 * math.log10(2)) + 1 == 6002  # digits of the Mersenne Twister's 2¹⁹⁹³⁷ − 1


def test_the_slip_gives_the_published_numbers_beside_the_right_ones(run_lesson):
    pairs, same_state = run_lesson(LESSON, "pairs", shown("right.state == slip.state"))
    assert [slip for _, slip in pairs] == [0.25421176102342913, 0.4689255225976794, 0.19544471247365425]
    assert all(0 < abs(right - slip) < 1e-4 for right, slip in pairs)
    assert same_state is True


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


def test_our_own_weights_have_the_shape_of_torchs(run_lesson):
    assert run_lesson(LESSON, shown("len(rows), len(rows[0]), tuple(torchs().shape)")) == [[784, 10, [784, 10]]]


def test_the_widgets_open_as_the_text_says(run_lesson):
    streams, forks, loaders = run_lesson(
        LESSON,
        f"[w.generator for w in {widgets('RandomStream')}]",
        f"[[w.generator, w.children, w.reseeding] for w in {widgets('ForkSimulator')}]",
        f"[[w.workers, w.reseeding] for w in {widgets('LoaderWorkers')}]",
    )
    assert streams == ["wichmann-hill", "tiny-lcg"]
    assert forks == [["wichmann-hill", 2, "none"], ["numpy-generator", 3, "spawn"]]
    assert loaders == [[4, "none"]]


def test_every_question_knows_its_answer(run_lesson):
    right = ["the same three numbers", "0.5", "30268", "1", "3", "the same number", None, "100", "SeedSequence.spawn"]
    wrong = ["an error", "0.4", "30269", "0.99", "6", "another number", None, "800", "no reseeding at all"]
    # how much faster is measured: the answer is the choice nearest to what was found
    (choices, ratio) = run_lesson(LESSON, "powers", "ratio")
    right[6] = min(
        choices, key=lambda choice: abs(math.log10(ratio) - math.log10(int(choice.split()[0].replace(",", ""))))
    )
    wrong[6] = next(choice for choice in choices if choice != right[6])
    assert run_lesson(LESSON, judged(right, wrong)) == [[[True, False]] * len(right)]


def test_the_kernel_of_the_lesson_has_no_child_left_over(run_lesson):
    children = "__import__('psutil').Process().children()"
    (states,) = run_lesson(LESSON, f"[child.status() for child in {children}]")
    assert "zombie" not in states
