"""What a load balancer hears."""

import servers
from visitors import Visitor


def test_health_counts_lessons_visitors_and_what_waits_for_them(pooled_voila):
    for lesson in ("01_data", "02_random"):
        servers.write_notebook(["1"], pooled_voila.root / f"{lesson}.ipynb")
    (pooled_voila.root / "03_matmul.ipynb").write_text("no notebook")
    servers.wait_until(lambda: pooled_voila.health()["waiting"] == 2, "the pool stays empty")
    with Visitor(pooled_voila, "02_random.ipynb"):
        servers.wait_until(lambda: pooled_voila.health()["waiting"] == 2, "the pool is not filled again")
        assert pooled_voila.health() == {"lessons": 2, "kernels": 1, "waiting": 2, "max_kernels": 3}
