"""What tools/bench runs: groups of benchmarks, their results, the gate and the report."""
