#!/usr/bin/env python3
"""plot.py RUNS.jsonl FOLDER: by gnuplot, what measure.py wrote down.

FOLDER gets pictures of medians, with the range of each: rate-pinned.svg and
p99-pinned.svg of the customers by number of connections, the same of the runs
on all cores, one for each series, and bars of the peers, peers.svg. Prints the
names of the pictures.
"""
import json
import os
import statistics
import subprocess
import sys

KINDS = (("rate", "requests a second", 1), ("p99", "p99 in milliseconds", 1e-3))

# What a series is over, what is shown of it, and whether by powers of ten.
SERIES = {
    "growth": ("accounts", "rate", "requests a second", True),
    "hits": ("known tokens in a hundred", "rate", "requests a second", False),
    "lists": ("contracts of the customer", "mb", "MB a second", True),
    "workers": ("readers", "rate", "requests a second", False),
}


# The two tables of the peers, which are bars.
PEERS = {"peers known": "tokens known", "peers new": "every token new"}


def curve(name):
    """One of a series bears its place in its name: all of these are a line."""
    kind = name.split()[0]
    return "hub" if kind[:1].isdigit() else kind


def points(runs, named, over, key, factor):
    """By name of the line: place, median, least and greatest."""
    lines = {}
    for run in runs:
        values = lines.setdefault(named(run["name"]), {})
        values.setdefault(run[over], []).append(run[key] * factor)
    return {name: [(n, statistics.median(v), min(v), max(v))
                   for n, v in sorted(values.items())]
            for name, values in lines.items()}


def script(lines, title, label, scale, path):
    text = ["set terminal svg size 720,420 background 'white'",
            f"set output '{path}'", f"set title '{title}'", "set key outside",
            "set yrange [0:*]", "set grid", f"set xlabel '{label}'"]
    if scale:
        text.append(f"set logscale x {scale}")
    curves = []
    for number, (name, values) in enumerate(lines.items()):
        text.append(f"$line{number} << END")
        text += [" ".join(map(str, value)) for value in values]
        text.append("END")
        curves.append(f"$line{number} with yerrorlines title '{name}'")
    text.append("plot " + ", ".join(curves))
    return "\n".join(text) + "\n"


def bars(runs, kinds):
    """Names in their order, each with median, least and greatest a kind."""
    names = list(dict.fromkeys(run["name"] for run in runs))
    rows = []
    for name in names:
        cells = []
        for kind in kinds:
            rates = [x["rate"] for x in runs
                     if x["name"] == name and x["series"] == kind]
            cells += ([statistics.median(rates), min(rates), max(rates)]
                      if rates else ["NaN"] * 3)
        rows.append((name, cells))
    return rows


def bar_script(rows, kinds, title, path):
    text = ["set terminal svg size 900,480 background 'white'",
            f"set output '{path}'", f"set title '{title}'",
            "set style data histograms",
            "set style histogram errorbars gap 1 linewidth 1",
            "set style fill solid 0.7 border", "set yrange [0:*]",
            "set grid y", "set xtics rotate by -35", "set rmargin 12",
            "set key top right", "$rates << END"]
    for name, cells in rows:
        text.append(" ".join([f'"{name}"', *map(str, cells)]))
    text.append("END")
    columns = [f"$rates using {2 + 3 * i}:{3 + 3 * i}:{4 + 3 * i}:xtic(1) "
               f"title '{kind}'" for i, kind in enumerate(kinds.values())]
    text.append("plot " + ", ".join(columns))
    return "\n".join(text) + "\n"


def draw_peers(folder, runs):
    """At the fewest connections; pinned, if there is that."""
    chosen = [x for x in runs if x["series"] in PEERS]
    place = "pinned" if any(x["core"] for x in chosen) else "shared"
    chosen = [x for x in chosen if bool(x["core"]) == (place == "pinned")]
    if chosen:
        least = min(x["connections"] for x in chosen)
        rows = bars([x for x in chosen if x["connections"] == least], PEERS)
        title = f"requests a second, {place}, {least} connections"
        draw(folder, "peers.svg", bar_script(rows, PEERS, title, "peers.svg"))


def draw(folder, name, text):
    subprocess.run(["gnuplot"], text=True, check=True, cwd=folder, input=text)
    print(name)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder = sys.argv[2]
    with open(sys.argv[1], encoding="utf-8") as source:
        runs = [json.loads(line) for line in source]
    for place in ("pinned", "shared"):
        chosen = [x for x in runs if not x["series"] and
                  x["name"] in ("constant", "known tokens", "every token new",
                                "nginx return") and
                  bool(x["core"]) == (place == "pinned")]
        for key, title, factor in KINDS if chosen else ():
            name = f"{key}-{place}.svg"
            lines = points(chosen, str, "connections", key, factor)
            draw(folder, name, script(lines, f"{title}, {place}",
                                      "connections", 2, name))
    for series, (label, key, title, powers) in SERIES.items():
        chosen = [x for x in runs if x["series"] == series]
        if chosen:
            name = f"{series}.svg"
            lines = points(chosen, curve, "at", key, 1)
            draw(folder, name, script(lines, title, label,
                                      10 if powers else 0, name))
    draw_peers(folder, runs)


if __name__ == "__main__":
    main()
