"""docs/performance.md and its picture: what ./parley bench --update writes there, and whether it is so."""

import re
import shutil
import subprocess

import bench_path
import machine

PAGE = machine.ROOT / "docs" / "performance.md"
PICTURE = machine.ROOT / "docs" / "images" / "bench-load.svg"
CURVES = ("load", "enqueue")
OURS = re.compile(r"^\| \*\*Parley\*\*.*$", re.M)  # our line in the table of the peers
GATES_OWN = {"rt36_box_sysenter": 2}  # in ring 3: esp into ebp, once a call


class Failure(Exception):
    """What went wrong, for the reader."""


# ---- The page ------------------------------------------------------------------------------------


def marks(name):
    return f"<!-- {name}: begin, made by ./parley bench --update -->", f"<!-- {name}: end -->"


def replaced(text, name, lines):
    """The text with these lines between the marks of that name."""
    begin, end = marks(name)
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise Failure(f"{PAGE.name} lacks the lines '{begin}' and '{end}'")
    return before + "\n".join([begin, "", *lines, "", end]) + after


def value_of(measured, name):
    value, median = measured[name][0], measured.get(name + ".median")
    return f"{value}, median {median[0]}" if median else str(value)


def figures_lines(measured, goals):
    lines = ["| row | instructions | there + back | goal |", "| --- | ---: | ---: | ---: |"]
    for name in measured:
        if "." in name or name.startswith(CURVES) or name == "rt36_wall":
            continue
        ways = [value_of(measured, f"{name}.{way}") for way in ("there", "back") if f"{name}.{way}" in measured]
        lines.append(f"| `{name}` | {value_of(measured, name)} | {' + '.join(ways)} | {goals.get(name) or ''} |")
    for name in CURVES:
        values = [value for _, value in curve(measured, name)]
        lines.append(f"| `{name}_N` | {min(values)} to {max(values)} | | flat |")
    return lines


def our_line(measured):
    def value(name):
        return measured[name][0] if name in measured else "-"
    trip = f"{value('rt36_box_int')} / {value('rt36_box_sysenter')}"
    return f"| **Parley**, boxes, `int` / `sysenter` | {trip} | {trip} | {value('null_badcall')} |"


def rendered(text, measured, goals, found):
    """The page as it must be; `found` is what bench_path.passes_of gave."""
    text = OURS.sub(our_line(measured), text)
    text = replaced(text, "figures", figures_lines(measured, goals))
    return replaced(text, "path", bench_path.render(found))


def traced_counts(found):
    """row -> the whole round trip, counted from the trace, as the benchmark counts it."""
    return {row: sum(bench_path.count(rows) + 1 for rows in passes) + GATES_OWN.get(row, 0)
            for row, passes in found.items()}  # fmt: skip


def problems(measured, goals, build):
    """Complaints, a line each, about the page and its picture."""
    found = bench_path.passes_of(build)
    result = [f"{row}: {count} instructions were executed, the benchmark counted {measured[row][0]}"
              for row, count in traced_counts(found).items() if row in measured and measured[row][0] != count]  # fmt: skip
    now = PAGE.read_text().splitlines()
    then = rendered(PAGE.read_text(), measured, goals, found).splitlines()
    for number, (line, wanted) in enumerate(zip(now, then), 1):
        if line != wanted:
            result.append(f"docs/{PAGE.name}:{number}: is: {line}\n  must be: {wanted}")
            break
    else:
        if len(now) != len(then):
            result.append(f"docs/{PAGE.name}: {len(now)} lines, must be {len(then)}")
    if data_of(measured) not in (PICTURE.read_text() if PICTURE.exists() else ""):
        result.append(f"docs/images/{PICTURE.name} shows other curves than were measured")
    return result


def update(measured, goals, build):
    PAGE.write_text(rendered(PAGE.read_text(), measured, goals, bench_path.passes_of(build)))


# ---- The picture ---------------------------------------------------------------------------------


def curve(measured, start):
    found = ((re.fullmatch(start + r"_(\d+)", name), value) for name, (value, _) in measured.items())
    return [(int(match[1]), value) for match, value in found if match]


def data_of(measured):
    """The curves as a comment of the picture, so that it can be compared without drawing it."""
    return "".join(f"<!-- {name}: {' '.join(f'{x}:{y}' for x, y in curve(measured, name))} -->\n" for name in CURVES)


PLOT = """
set terminal svg size 900,480 font "sans,14" background "white"
set title "What a crowd costs"
set xlabel "processes that live, or senders that wait already"
set ylabel "instructions"
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
plot $load with linespoints lw 2 pt 5 title "round trip of 36 bytes among so many processes", \\
     $enqueue with linespoints lw 2 pt 7 title "request that queues behind so many, until the next process runs"
"""


def draw(measured, path):
    curves = {name: curve(measured, name) for name in CURVES}
    if not shutil.which("gnuplot"):
        raise Failure("no picture: gnuplot is missing (Debian package gnuplot-nox)")
    text = PLOT.format(top=max(value for points in curves.values() for _, value in points) * 1.2,
                       **{name: "\n".join(f"{x} {y}" for x, y in points) for name, points in curves.items()})
    drawn = subprocess.run(["gnuplot"], input=text, text=True, check=True, capture_output=True)
    text = re.sub(r"[ \t]+$", "", drawn.stdout, flags=re.M)
    path.write_text(text.replace("</svg>", data_of(measured) + "</svg>"))
