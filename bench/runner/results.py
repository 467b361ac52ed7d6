"""Named figures of one run: every repetition is kept, the value is the median."""
import json
import statistics


class Results:
    """A flat table: name to {value, unit, min, max, runs}. Names are those of the issue and of bench/README.md."""

    def __init__(self):
        self.rows = {}
        self.notes = []

    def add(self, name, unit, runs):
        runs = [float(v) for v in (runs if isinstance(runs, (list, tuple)) else [runs])]
        if not runs:
            raise ValueError(f"{name} has no value")
        self.rows[name] = {"value": statistics.median(runs), "unit": unit, "min": min(runs), "max": max(runs), "runs": runs}

    def ratio(self, name, above, below):
        """Of two results or lists of runs, pair by pair: what disturbs one run disturbs both of a pair."""
        above, below = self.runs(above), self.runs(below)
        pairs = list(zip(above, below))
        if len(above) != len(below):  # one was measured more often: each is paired with the other's median
            middle = statistics.median(below)
            pairs = [(one, middle) for one in above]
        self.add(name, "ratio", [a / b for a, b in pairs])

    def runs(self, which):
        return self.rows[which]["runs"] if isinstance(which, str) else list(which)

    def value(self, name):
        return self.rows[name]["value"]

    def has(self, *names):
        return all(name in self.rows for name in names)

    def note(self, text):
        self.notes.append(text)
        print(f"note: {text}", flush=True)

    def save(self, path):
        with open(path, "w") as file:
            json.dump({name: self.rows[name] for name in sorted(self.rows)}, file, indent=1)
            file.write("\n")


def figure(value):
    """Four digits that count, thousands apart."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}" if size >= 0.001 else f"{value:.2e}"


def table(results, names=None):
    """Lines of name, median, unit, minimum and maximum."""
    rows = [("name", "median", "unit", "min", "max", "runs")]
    for name in names or sorted(results.rows):
        row = results.rows[name]
        rows.append((name, figure(row["value"]), row["unit"], figure(row["min"]), figure(row["max"]), str(len(row["runs"]))))
    widths = [max(len(row[i]) for row in rows) for i in range(6)]
    lines = []
    for row in rows:
        cells = [row[i].ljust(widths[i]) if i in (0, 2) else row[i].rjust(widths[i]) for i in range(6)]
        lines.append("  ".join(cells).rstrip())
    return lines
