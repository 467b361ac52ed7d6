"""bench/budget.toml: cycles a packet that a stage may take."""
import tomllib


def read(root):
    """Stage names as results have them, such as stages.rtp.50000.classify, to cycles."""
    with open(root / "bench/budget.toml", "rb") as file:
        groups = tomllib.load(file)
    return {f"stages.{kind}.{case}.{stage}": cycles for kind, cases in groups.items() for case, stages in cases.items()
            for stage, cycles in stages.items()}


def exceeded(budget, results):
    """Sentences about stages whose best run is above their budget, or that were not measured."""
    problems = []
    for name, cycles in budget.items():
        if not results.has(name):
            problems.append(f"{name} is in bench/budget.toml and was not measured")
        elif results.rows[name]["min"] > cycles:
            problems.append(f"{name}: {results.rows[name]['min']:.0f} cycles at best, {cycles} are allowed; make it cheaper, or raise "
                            "bench/budget.toml and say why")
    return problems
