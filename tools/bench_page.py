"""docs/performance.md, its Chinese page, and the picture of each: what ./parley bench --update writes there, and whether
it is so. The Chinese page has a text of docs/zh/performance.toml for each text that is written here.
"""

import html
import re
import shutil
import subprocess

import bench_path
import machine
import translations

DOCS = machine.ROOT / "docs"
TABLE = "docs/zh/performance.toml"
PICTURE = "bench-load.svg"
CURVES = ("load", "enqueue")
OURS = re.compile(r"^\| \*\*Parley\*\*.*$", re.M)  # our line in the table of the peers
GATES_OWN = {"rt36_box_sysenter": 2}  # in ring 3: esp into ebp, once a call


class Failure(Exception):
    """What went wrong, for the reader."""


class Language:
    """One of the two pages, and its words for English ones."""

    def __init__(self, folder, words=str):
        self.words = words
        self.page = folder / "performance.md"
        self.picture = folder / "images" / PICTURE


ENGLISH = Language(DOCS)


def languages():
    """English and Chinese, and the table of the latter's words."""
    table = translations.Table(str(machine.ROOT), TABLE)
    return (ENGLISH, Language(DOCS / "zh", table.text)), table


# ---- The pages -----------------------------------------------------------------------------------


def marks(name):
    return f"<!-- {name}: begin, made by ./parley bench --update -->", f"<!-- {name}: end -->"


def replaced(text, name, lines):
    """The text with these lines between the marks of that name."""
    begin, end = marks(name)
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise Failure(f"performance.md lacks the lines '{begin}' and '{end}'")
    return before + "\n".join([begin, "", *lines, "", end]) + after


def value_of(measured, name, words):
    value, median, both = measured[name][0], measured.get(name + ".median"), words("{}, median {}")
    return both.format(value, median[0]) if median else str(value)


def figures_lines(measured, goals, words):
    lines = [words("| row | instructions | there + back | goal |"), "| --- | ---: | ---: | ---: |"]
    for name in measured:
        if "." in name or name.startswith(CURVES) or name == "rt36_wall":
            continue
        ways = [value_of(measured, f"{name}.{way}", words) for way in ("there", "back") if f"{name}.{way}" in measured]
        lines.append(f"| `{name}` | {value_of(measured, name, words)} | {' + '.join(ways)} | {goals.get(name) or ''} |")
    for name in CURVES:
        values = [value for _, value in curve(measured, name)]
        lines.append(words("| `{}_N` | {} to {} | | flat |").format(name, min(values), max(values)))
    return lines


def our_line(measured, words):
    def value(name):
        return measured[name][0] if name in measured else "-"
    trip = f"{value('rt36_box_int')} / {value('rt36_box_sysenter')}"
    return words("| **Parley**, boxes, `int` / `sysenter` | {} | {} | {} |").format(trip, trip, value("null_badcall"))


def rendered(language, measured, goals, found):
    """The page as it must be; `found` is what bench_path.passes_of gave."""
    text = OURS.sub(our_line(measured, language.words), language.page.read_text())
    text = replaced(text, "figures", figures_lines(measured, goals, language.words))
    return replaced(text, "path", bench_path.render(found, language.words))


def traced_counts(found):
    """row -> the whole round trip, counted from the trace, as the benchmark counts it."""
    return {row: sum(bench_path.count(rows) + 1 for rows in passes) + GATES_OWN.get(row, 0)
            for row, passes in found.items()}  # fmt: skip


def first_difference(language, wanted):
    """Where the page is not what it must be, in words, or nothing."""
    name = language.page.relative_to(machine.ROOT)
    now, then = language.page.read_text().splitlines(), wanted.splitlines()
    for number, (line, must_be) in enumerate(zip(now, then), 1):
        if line != must_be:
            return [f"{name}:{number}: is: {line}\n  must be: {must_be}"]
    return [f"{name}: {len(now)} lines, must be {len(then)}"] if len(now) != len(then) else []


def picture_problems(language, measured):
    name = language.picture.relative_to(machine.ROOT)
    picture = language.picture.read_text() if language.picture.exists() else ""
    if data_of(measured) not in picture:
        yield f"{name} shows other curves than were measured"
    for words in map(language.words, LABELS):
        if html.escape(words) not in picture:
            yield f"{name} does not say: {words}"


def problems(measured, goals, build):
    """Complaints, a line each, about both pages and their pictures."""
    found = bench_path.passes_of(build)
    result = [f"{row}: {count} instructions were executed, the benchmark counted {measured[row][0]}"
              for row, count in traced_counts(found).items() if row in measured and measured[row][0] != count]  # fmt: skip
    pages, table = languages()
    for language in pages:
        result += first_difference(language, rendered(language, measured, goals, found))
        result += picture_problems(language, measured)
    return result + list(table.complaints())


def update(measured, goals, build):
    found = bench_path.passes_of(build)
    pages, table = languages()
    for language in pages:
        draw(measured, language.picture, language.words)
        language.page.write_text(rendered(language, measured, goals, found))
    if complaints := list(table.complaints()):
        raise Failure("\n".join(complaints))


# ---- The picture ---------------------------------------------------------------------------------


def curve(measured, start):
    found = ((re.fullmatch(start + r"_(\d+)", name), value) for name, (value, _) in measured.items())
    return [(int(match[1]), value) for match, value in found if match]


def data_of(measured):
    """The curves as a comment of the picture, so that it can be compared without drawing it."""
    return "".join(f"<!-- {name}: {' '.join(f'{x}:{y}' for x, y in curve(measured, name))} -->\n" for name in CURVES)


LABELS = ("What a crowd costs", "processes that live, or senders that wait already", "instructions",
          "round trip of 36 bytes among so many processes", "request that queues behind so many, until the next process runs")
PLOT = """
set terminal svg size 900,480 font "sans,14" background "white"
set title "{labels[0]}"
set xlabel "{labels[1]}"
set ylabel "{labels[2]}"
set xrange [0:205]
set yrange [0:{top}]
set grid
set key tmargin center Left reverse maxrows 2
$load << END
{load}
END
$enqueue << END
{enqueue}
END
plot $load with linespoints lw 2 pt 5 title "{labels[3]}", \\
     $enqueue with linespoints lw 2 pt 7 title "{labels[4]}"
"""


def draw(measured, path, words=str):
    curves = {name: curve(measured, name) for name in CURVES}
    if not shutil.which("gnuplot"):
        raise Failure("no picture: gnuplot is missing (Debian package gnuplot-nox)")
    text = PLOT.format(top=max(value for points in curves.values() for _, value in points) * 1.2,
                       labels=[words(label) for label in LABELS],
                       **{name: "\n".join(f"{x} {y}" for x, y in points) for name, points in curves.items()})
    drawn = subprocess.run(["gnuplot"], input=text, text=True, check=True, capture_output=True)
    text = re.sub(r"[ \t]+$", "", drawn.stdout, flags=re.M)
    path.write_text(text.replace("</svg>", data_of(measured) + "</svg>"))
