#!/usr/bin/env python3
"""plot.py RUNS.jsonl FOLDER: by gnuplot, what measure.py wrote down.

FOLDER gets rate-pinned.svg, p99-pinned.svg and, for the runs on all cores,
rate-shared.svg and p99-shared.svg: medians by number of connections. Prints
the names of the pictures.
"""
import json
import os
import statistics
import subprocess
import sys

KINDS = (("rate", "requests a second", 1), ("p99", "p99 in milliseconds", 1e-3))


def medians(runs, key, factor):
    """By name of the target: pairs of connections and median."""
    lines = {}
    for run in runs:
        values = lines.setdefault(run["name"], {})
        values.setdefault(run["connections"], []).append(run[key] * factor)
    return {name: [(n, statistics.median(v)) for n, v in sorted(values.items())]
            for name, values in lines.items()}


def script(lines, title, path):
    text = ["set terminal svg size 720,420 background 'white'",
            f"set output '{path}'", f"set title '{title}'", "set key outside",
            "set logscale x 2", "set yrange [0:*]", "set grid",
            "set xlabel 'connections'"]
    curves = []
    for number, (name, points) in enumerate(lines.items()):
        text.append(f"$line{number} << END")
        text += [f"{n} {value}" for n, value in points]
        text.append("END")
        curves.append(f"$line{number} with linespoints title '{name}'")
    text.append("plot " + ", ".join(curves))
    return "\n".join(text) + "\n"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as source:
        runs = [json.loads(line) for line in source]
    for place in ("pinned", "shared"):
        chosen = [x for x in runs if bool(x["core"]) == (place == "pinned")]
        if not chosen:
            continue
        for key, title, factor in KINDS:
            name = f"{key}-{place}.svg"
            path = os.path.join(sys.argv[2], name)
            lines = medians(chosen, key, factor)
            subprocess.run(["gnuplot"], text=True, check=True,
                           input=script(lines, f"{title}, {place}", path))
            print(name)


if __name__ == "__main__":
    main()
