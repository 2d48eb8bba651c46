"""Kernels that are forks: of a process that has imported what lessons need, or of a kernel that has run a lesson.

At the server's end: `provisioner` (where jupyter_client asks for a kernel), `client` (asks the processes that fork),
`templates` and `pool` (lessons that were run once). In the processes that fork: `process` (the program), `kernel` (an
ipykernel that can be closed and made anew), `fresh` (what no two forks may share), `warm` (what is done before).
Both speak `protocol`.
"""
