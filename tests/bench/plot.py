#!/usr/bin/env python3
"""plot.py RUNS.jsonl FOLDER: by gnuplot, what measure.py wrote down.

FOLDER gets pictures of medians, with the range of each: rate-pinned.svg and
p99-pinned.svg of the customers by number of connections, the same of the runs
on all cores, and one for each series. Prints the names of the pictures.
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


if __name__ == "__main__":
    main()
