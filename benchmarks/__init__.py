"""What `make bench` runs: each bench_*.py has `figures(quick)`, which yields the rows of one table."""
