"""Tests of widgets that a Python like a browser's can't pass, each with the reason: the one list of them.

A file is named by its stem: `ladder` is tests/widgets/test_ladder.py; `*-cells]` stands for all tests whose names end so.
A name that no test has fails the run.
"""

PROCESS = "a process measures, forks or loads, and a browser has none"
THREAD = "a thread goes on while the test looks on; in turns nothing runs beside it"
WRITTEN = "a learner writes a function, and in a page there is no cell to write in"
TIMES = "a page plays back times of torch, numba and loops: tests/site/browser_python has what it says of them"
TORCH = "it is about torch's own arrays, which a page never gets"
CELLS = "it is about cells that are run in IPython"
COMM = "it is about Jupyter's own messages or files, and a page has others"

SAME = "it reads files, and says the same in any Python"

FILES = {
    PROCESS: ["bundle", "shared_process"],  # node joins its modules; a server measures
    CELLS: ["brief_errors", "figures", "kernels_in_cells", "ladder_in_cells"],
    COMM: ["reload"],
    SAME: ["sources", "styles", "theme"],
}
TESTS: dict[str, dict[str, list[str]]] = {
    PROCESS: {
        "forks": [
            "test_a_reseeding_that_can_not_be_done_says_why_and_can_be_told_before",
            "test_the_real_numbers_are_laid_over_lane_by_lane",
            "test_what_can_not_be_predicted_is_said",
            "test_where_no_process_draws_it_is_the_states_that_are_compared",
            "test_reseeded_by_process_id_the_prediction_is_made_again_with_the_real_ids",
            "test_a_new_setting_takes_the_real_numbers_away",
            "test_the_kernel_is_not_held_and_a_run_can_be_cancelled",
            "test_closing_or_changing_a_setting_ends_a_run",
            "test_a_new_run_replaces_one_that_goes_on",
            "test_a_run_takes_the_settings_of_the_view_whose_own_message_may_come_later",
            "test_a_kernel_that_is_killed_leaves_no_process",
            "test_a_run_that_fails_is_told_in_words",
            "test_a_seed_too_large_for_the_next_generator_is_folded_for_it_alone",
            "test_all_of_it_is_json",
        ],
        "roofline": ["test_it_times_the_chosen_rung_here"],
    },
    THREAD: {
        "ladder": [
            "test_cancel_ends_a_long_run_within_a_second",
            "test_what_waits_already_is_not_measured_twice",
        ],
        "roofline": ["test_it_waits_for_a_ladder_and_can_be_cancelled_meanwhile"],
        "similarity": ["test_ten_thousand_digits_are_read_off_the_main_thread"],
        "tasks": [
            "test_what_was_replaced_publishes_nothing",
            "test_of_many_jobs_that_do_not_stop_a_few_run_and_the_newest_is_published",
        ],
        "trace": ["test_a_trace_that_is_stopped_can_be_begun_again"],
        "training": [
            "test_it_is_paused_in_mid_epoch_stepped_and_goes_on_to_the_same_end",
            "test_a_learning_rate_that_is_changed_meanwhile_is_noted_and_taken_again",
            "test_a_restart_in_mid_step_leaves_nothing_behind",
        ],
        "variants": ["test_a_long_variant_leaves_the_kernel_free_and_is_forgotten_for_another"],
    },
    WRITTEN: {
        "ladder": [
            "test_a_right_rung_appears_checked_and_timed_and_comes_back_unchanged",
            "test_running_the_cell_again_replaces_the_rung",
            "test_rungs_written_one_after_the_other_wait_for_each_other",
            "test_a_wrong_rung_gets_no_time_but_a_picture",
            "test_all_that_a_rung_does_wrong_is_said_in_words",
            "test_a_rung_that_never_ends_can_be_cancelled_and_the_ladder_goes_on",
            "test_cancel_in_one_ladder_ends_an_endless_rung_in_all_of_them",
            "test_a_rung_sees_the_names_of_its_notebook_and_may_print",
            "test_in_a_plain_program_a_rung_is_measured_as_it_was_written",
            "test_and_so_is_one_that_no_ladder_was_open_for",
            "test_in_a_plain_program_a_rung_may_call_itself",
            "test_a_ladder_whose_last_view_was_removed_gets_no_rungs",
            "test_the_newest_rung_is_on_top_and_one_can_be_forgotten",
            "test_forgetting_a_rung_that_runs_ends_it",
            "test_a_compact_ladder_adds_one_bar_to_what_others_measured",
            "test_a_ladder_of_all_rungs_is_sorted_when_it_was_measured",
            "test_a_rung_without_a_time_is_on_top_if_it_is_ones_own_else_below",
            "test_an_endless_rung_is_stopped_in_words",
            "test_a_rung_that_is_heard_of_is_not_stopped_however_long_it_is_measured",
            "test_running_the_cell_again_ends_the_version_that_runs",
        ],
        "ladder_results": ["test_a_wrong_rewritten_or_forgotten_rung_has_no_time"],
        "roofline": ["test_it_follows_a_ladder_and_forgets_what_is_rewritten"],
        "variants": ["test_a_rung_in_a_variant_joins_the_ladder_and_its_verdict_stands_beside_the_code"],
    },
    TORCH: {
        "broadcasting": [
            "test_a_reshape_repair_follows_each_number",
            "test_the_learners_own_arrays_are_shown_as_they_are",
            "test_the_result_is_what_the_library_gives",
            "test_what_torch_does_not_combine_is_explained_by_torch",
            "*-torch]",
            "test_sliders_change_the_result_and_nothing_of_the_learners",
        ],
        "contraction": ["*_the_learners_arrays[torch]"],
        "einsum": ["*_their_librarys_arithmetic[as_tensor]"],
        "forks": ["test_torch_is_predicted_without_torch"],
        "odd_values": ["*-cells]", "*-cells, numpy]", "*-matmul]"],
    },
    TIMES: {
        "ladder": [
            "test_every_backend_is_listed_and_those_that_can_not_run_say_why",
            "test_the_whole_ladder_is_checked_and_timed",
            "test_a_prediction_is_judged_beside_the_time",
            "*keys1-no CUDA device]",
            "test_the_order_is_an_input_and_a_chosen_few_stay_as_they_were_chosen",
            "test_a_rung_of_the_course_has_no_such_limit",
        ],
        "roofline": ["test_unless_one_is_chosen_it_times_the_fastest_that_can_run"],
    },
    COMM: {
        "messages": ["test_what_a_page_may_not_set_is_logged_once"],
        "stream": ["test_a_change_is_one_message_with_the_picture_and_its_draws"],
        "workers": ["test_pictures_and_timeline_come_in_one_message"],
    },
}
