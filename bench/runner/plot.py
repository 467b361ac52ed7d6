"""Small plots as SVG, for docs/performance.md: bars beside each other, bars in parts, and lines over a logarithmic axis."""
from html import escape
from math import log10

from .results import figure

COLOURS = ("#2b6cb0", "#c05621", "#2f855a", "#6b46c1", "#b7791f", "#718096", "#97266d")
WIDTH, LEFT, ROW = 760, 230, 30


def _svg(height, body, title):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            f'font-family="sans-serif" font-size="13" role="img" aria-label="{escape(title)}">'
            f'<rect width="100%" height="100%" fill="white"/><text x="12" y="22" font-size="15" font-weight="bold">{escape(title)}</text>'
            + "".join(body) + "</svg>\n")


def bars(title, rows, unit, logarithmic=False):
    """rows: (label, value). One bar a row, its figure behind it."""
    most, least = max(v for _, v in rows), min(v for _, v in rows)
    body = []
    for i, (label, value) in enumerate(rows):
        share = value / most
        if logarithmic:
            low = log10(least) - 0.3
            share = (log10(value) - low) / (log10(most) - low)
        y = 40 + i * ROW
        width = max(2, share * (WIDTH - LEFT - 150))
        body.append(f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(label)}</text>'
                    f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="20" fill="{COLOURS[i % len(COLOURS)]}"/>'
                    f'<text x="{LEFT + width + 6:.1f}" y="{y + 15}">{figure(value)} {escape(unit)}</text>')
    return _svg(50 + len(rows) * ROW, body, title)


def parts(title, rows, unit):
    """rows: (label, {part: value}). The parts of a bar lie behind each other."""
    names = list(dict.fromkeys(name for _, row in rows for name in row))
    most = max(sum(row.values()) for _, row in rows)
    body = []
    for i, (label, row) in enumerate(rows):
        x, y = float(LEFT), 40 + i * ROW
        body.append(f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(label)}</text>')
        for name, value in row.items():
            width = value / most * (WIDTH - LEFT - 150)
            body.append(f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="20" fill="{COLOURS[names.index(name) % len(COLOURS)]}">'
                        f'<title>{escape(name)}: {figure(value)}</title></rect>')
            x += width
        body.append(f'<text x="{x + 6:.1f}" y="{y + 15}">{figure(sum(row.values()))} {escape(unit)}</text>')
    y = 52 + len(rows) * ROW
    x = LEFT
    for name in names:
        body.append(f'<rect x="{x}" y="{y}" width="12" height="12" fill="{COLOURS[names.index(name) % len(COLOURS)]}"/>'
                    f'<text x="{x + 16}" y="{y + 11}">{escape(name)}</text>')
        x += 30 + 8 * len(name)
    return _svg(y + 24, body, title)


def lines(title, series, x_name, y_name):
    """series: {label: [(x, y)]}; x is logarithmic."""
    points = [p for row in series.values() for p in row]
    left, right, top, bottom = 70, WIDTH - 160, 44, 300
    x0, x1 = log10(min(x for x, _ in points)), log10(max(x for x, _ in points))
    most = 1.1 * max(y for _, y in points)
    at = lambda x, y: (left + (log10(x) - x0) / ((x1 - x0) or 1) * (right - left), bottom - y / most * (bottom - top))
    body = [f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="#444"/>',
            f'<text x="{(left + right) / 2}" y="{bottom + 36}" text-anchor="middle">{escape(x_name)}</text>',
            f'<text x="{left}" y="{top - 6}">{escape(y_name)}</text>']
    for x in sorted({x for x, _ in points}):
        px, _ = at(x, 0)
        body.append(f'<text x="{px:.1f}" y="{bottom + 18}" text-anchor="middle">{x:,.0f}</text>')
    for i in range(5):
        y = most * i / 4
        body.append(f'<text x="{left - 6}" y="{at(10 ** x0, y)[1] + 4:.1f}" text-anchor="end">{figure(y)}</text>')
    for i, (label, row) in enumerate(series.items()):
        colour = COLOURS[i % len(COLOURS)]
        path = " ".join(f"{'ML'[n > 0]}{at(x, y)[0]:.1f} {at(x, y)[1]:.1f}" for n, (x, y) in enumerate(row))
        body.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        body += [f'<circle cx="{at(x, y)[0]:.1f}" cy="{at(x, y)[1]:.1f}" r="3" fill="{colour}"/>' for x, y in row]
        body.append(f'<text x="{right + 8}" y="{at(*row[-1])[1] + 4:.1f}" fill="{colour}">{escape(label)}</text>')
    return _svg(bottom + 50, body, title)
