"""One measuring process for the server, and the queue before it: two at once would spoil each other's times.

`server` lets kernels ask, `requests` says what they may ask for, `queue` who is next, `process` measures. What they say
to each other is in `protocol`. A kernel's end is `widgets_lib.widgets.ladder.shared_process`.
"""
