#!/usr/bin/env python3
"""Measures targets in turn, round by round, and prints what came of each.

A TARGET is NAME,TOKENS,URL: wrk asks for the URL with the tokens of that file,
with a connection for each request where the URL ends with #anew. The first is
what the others are compared with. With --core, wrk has one thread on that core.
The table is in Markdown; --head prints nothing but its head, --continue all but
that. --file gets a line of JSON for each single run, with the name of its
--series and where it stands in it, --at. With --bytes the ratio is of bytes, not
of requests: those of long answers are few. A target whose runs had errors keeps
its figures, with the errors beside them, and makes the exit status 1; with
--judge-first only the first target does.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

LOAD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "load.lua")
PATIENCE = 60  # seconds beyond the end of a run


def options():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--connections", default="32")
    parser.add_argument("--core")
    parser.add_argument("--file")
    parser.add_argument("--head", action="store_true")
    parser.add_argument("--continue", action="store_true", dest="goes_on")
    parser.add_argument("--series")
    parser.add_argument("--at", type=float)
    parser.add_argument("--warm", type=int,
                        help="seconds of the first round, which does not count")
    parser.add_argument("--bytes", action="store_true")
    parser.add_argument("--judge-first", action="store_true")
    parser.add_argument("targets", nargs="*")
    return parser.parse_args()


def load(url, tokens, connections, seconds, chosen):
    """One run of wrk."""
    url, _, how = url.partition("#")
    command = ["taskset", "-c", chosen.core] if chosen.core else []
    threads = "1" if chosen.core else "2"
    command += ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s",
                "--timeout", "10s", "-s", LOAD, url]
    done = subprocess.run(command, env=dict(os.environ, TOKENS=tokens,
                                            THREADS=threads, HOW=how),
                          stdout=subprocess.PIPE, text=True, check=False,
                          timeout=seconds + PATIENCE)
    lines = [x for x in done.stdout.splitlines() if x.startswith("{")]
    if done.returncode != 0 or not lines:
        sys.exit(f"measure.py: wrk failed at {url}")
    run = json.loads(lines[-1])
    run["rate"] = run["requests"] / run["duration"] * 1e6
    run["mb"] = run["bytes"] / run["duration"]
    return run


def measure(targets, connections, chosen):
    """The runs of each target; those of a round stand at the same index."""
    runs = {name: [] for name, _, _ in targets}
    for number in range(-1, chosen.rounds):
        for name, tokens, url in targets:
            seconds = chosen.seconds
            if number < 0 and chosen.warm:
                seconds = chosen.warm
            run = load(url, tokens, connections, seconds, chosen)
            if number < 0:  # warms up
                continue
            runs[name].append(run)
            if chosen.file:
                with open(chosen.file, "a", encoding="utf-8") as out:
                    print(json.dumps({"name": name, "round": number,
                                      "connections": connections,
                                      "core": chosen.core,
                                      "series": chosen.series,
                                      "at": chosen.at, **run}), file=out)
    return runs


def spread(values, digits):
    return (f"{statistics.median(values):.{digits}f} "
            f"[{min(values):.{digits}f}..{max(values):.{digits}f}]")


def row(name, connections, runs, first, compared):
    ratios = [a[compared] / b[compared] if b[compared] else 0
              for a, b in zip(runs, first)]
    cells = [name, str(connections), spread([x["rate"] for x in runs], 0),
             spread(ratios, 3),
             f"{statistics.median(x['mb'] for x in runs):.1f}"]
    for key in ("p50", "p99"):
        cells.append(f"{statistics.median(x[key] for x in runs) / 1e3:.2f}")
    cells.append(f"{max(x['max'] for x in runs) / 1e3:.1f}")
    cells.append(str(sum(x["errors"] for x in runs)))
    print("| " + " | ".join(cells) + " |", flush=True)


def main():
    chosen = options()
    targets = [x.split(",", 2) for x in chosen.targets]
    failed = False
    if not chosen.goes_on:
        print("| what | connections | requests/s [range] | ratio [range] | "
              "MB/s | p50 ms | p99 ms | max ms | errors |")
        print("|---|---|---|---|---|---|---|---|---|", flush=True)
    if chosen.head:
        return 0
    for connections in map(int, chosen.connections.split(",")):
        runs = measure(targets, connections, chosen)
        for name, _, _ in targets:
            row(name, connections, runs[name], runs[targets[0][0]],
                "mb" if chosen.bytes else "rate")
            if name == targets[0][0] or not chosen.judge_first:
                failed |= any(x["errors"] for x in runs[name])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
