"""What `import est_geo` costs beside `import geopandas`, in fresh processes."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["geopandas", "est_geo"])
def bench_import(benchmark, module):
    benchmark.group = "import"
    command = [sys.executable, "-c", f"import {module}"]
    benchmark.pedantic(
        subprocess.run, args=(command,), kwargs={"check": True}, rounds=10, warmup_rounds=1
    )
