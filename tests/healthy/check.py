#!/usr/bin/env python3
"""Checks healthy, published packages and tells what would be denied and warned.

    tests/healthy/check.py [--only packages|caches] [--packwarden PATH]

Two sets: the packages of packages.txt, downloaded once by npm, pip and cargo into target/healthy; and
every artifact that lies in the caches of cargo, npm and pip on this machine. A blocked artifact that
judged.txt does not account for is a regression: the exit code is 1 then.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
STORE = ROOT / "target" / "healthy"
# A package that only the developers of packwarden have would say nothing about others.
ENVIRONMENT = {**os.environ, "npm_config_update_notifier": "false", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--only", choices=["packages", "caches"])
    arguments.add_argument("--packwarden", default=ROOT / "target/release/packwarden", type=pathlib.Path)
    options = arguments.parse_args()
    if not options.packwarden.exists():
        sys.exit(f"There is no {options.packwarden}: run `cargo build --release` first.")

    sets = {}
    if options.only != "caches":
        sets["listed packages"] = listed()
    if options.only != "packages":
        sets["caches of cargo, npm and pip"] = cached()
    judged = lines("judged.txt", 4)
    seen = set()
    unjudged = 0
    for name, files in sets.items():
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(lambda file: check(options.packwarden, file), files))
        unjudged += tell(name, [r for r in results if r and new(r, seen)], judged)
    sys.exit(1 if unjudged else 0)


def lines(name, columns):
    """The lines of a table beside this script, each split into so many columns."""
    text = (HERE / name).read_text(encoding="utf-8")
    rows = [row.split(None, columns - 1) for row in text.splitlines() if row and not row.startswith("#")]
    wrong = [row for row in rows if len(row) != columns]
    if wrong:
        sys.exit(f"{name}: not of {columns} columns: {wrong[0]}")
    return rows


# The two sets


def listed():
    """Downloads what is not there yet, each with its ecosystem's own client."""
    rows = lines("packages.txt", 3)
    of = lambda ecosystem: [spec for kind, spec, _ in rows if kind == ecosystem]
    files = []
    for spec in of("npm"):
        command = ["npm", "pack", spec, "--silent", "--ignore-scripts", "--pack-destination"]
        files += fetched("npm", spec, command)
    for spec in of("pypi"):
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", spec, "-d"]
        files += fetched("pypi", spec, command)
    for spec in of("sdist"):
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", spec, "-d"]
        files += fetched("sdist", spec, command)
    return files + crates(of("crates"))


def fetched(kind, spec, command):
    """The files that `command DIRECTORY` has put there for `spec`."""
    directory = STORE / kind / re.sub(r"[^\w.@=-]", "+", spec)
    if not directory.exists():
        part = directory.with_name(directory.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        if not ran(command + [str(part)], spec):
            return []
        part.rename(directory)
    return sorted(file for file in directory.iterdir() if file.is_file())


def crates(specs):
    """Cargo fetches crates with everything that they depend on: it is all checked."""
    project, home = STORE / "crates", STORE / "cargo-home"
    manifest = '[package]\nname = "healthy"\nversion = "0.0.0"\nedition = "2021"\n\n[dependencies]\n'
    manifest += "".join('{} = "={}"\n'.format(*spec.split("@")) for spec in specs)
    done = project / "done"
    if not done.exists() or done.read_text() != manifest:
        (project / "src").mkdir(parents=True, exist_ok=True)
        (project / "src/lib.rs").touch()
        (project / "Cargo.toml").write_text(manifest)
        if not ran(["cargo", "fetch", "-q", "--manifest-path", str(project / "Cargo.toml")], "the crates", CARGO_HOME=str(home)):
            return []
        done.write_text(manifest)
    return sorted(home.glob("registry/cache/*/*.crate"))


def ran(command, what, **variables):
    try:
        run = subprocess.run(command, capture_output=True, text=True, env={**ENVIRONMENT, **variables})
    except FileNotFoundError:
        print(f"skipped {what}: there is no {command[0]} here")
        return False
    if run.returncode:
        last = (run.stderr.strip().splitlines() or ["no reason given"])[-1]
        print(f"skipped {what}: it could not be downloaded ({last})")
    return run.returncode == 0


def cached():
    """Every file in the clients' caches that may be an artifact, whatever it is called."""
    cargo = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo"))
    places = [(cargo, "registry/cache/*/*.crate")]
    for command, pattern in [
        (["npm", "config", "get", "cache"], "_cacache/content-v2/**/*"),
        ([sys.executable, "-m", "pip", "cache", "dir"], "http*/**/*"),
    ]:
        try:
            run = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
        except FileNotFoundError:
            continue
        if run.returncode == 0 and run.stdout.strip():
            places.append((pathlib.Path(run.stdout.strip()), pattern))
    files = (file for place, pattern in places for file in place.glob(pattern) if file.is_file())
    return sorted(file for file in files if is_archive(file))


def is_archive(file):
    with open(file, "rb") as content:
        return content.read(4)[:3] in (b"\x1f\x8b\x08", b"PK\x03")


# What packwarden says


def check(packwarden, file):
    """The report on one artifact; None if it is none."""
    command = [str(packwarden), "check", "--no-config", "--format", "json"]
    with open(file, "rb") as content:
        if file.name.endswith((".tgz", ".tar.gz", ".whl", ".crate")):
            run = subprocess.run([*command, str(file)], capture_output=True)
        else:
            run = subprocess.run([*command, "-"], stdin=content, capture_output=True)
    report = json.loads(run.stdout)
    artifact = (report["artifacts"] or [{}])[0]
    if run.returncode not in (0, 1, 4):
        sys.exit(f"{file}: exit {run.returncode}: {run.stdout.decode()}{run.stderr.decode()}")
    if not artifact.get("format"):
        return None
    return {**report, **artifact, "code": run.returncode}


def new(result, seen):
    """Whether this artifact was not met before, in another cache or under another name."""
    is_new = result["sha256"] not in seen
    seen.add(result["sha256"])
    return is_new


def tell(name, results, judged):
    """Prints what a set comes to, and returns how many were blocked that nobody has judged."""
    print(f"\n== {name}: {len(results)} artifacts")
    blocked = [result for result in results if result["code"]]
    unjudged = 0
    for result in sorted(blocked, key=lambda result: (result["ecosystem"], result["name"])):
        spec = [result["ecosystem"], f"{result['name']}@{result['version']}"]
        print(" ".join(["blocked", *spec, f"({result['format']})"]))
        reasons = collections.defaultdict(list)
        for finding in result["findings"]:
            if finding["level"] == "deny":
                reasons[finding["rule"]].append(f"{finding['path']}: {finding['evidence']}")
        for gap in result["gaps"]:
            reasons["gap:" + gap["kind"]].append(f"{gap['path']}: {gap['reason']}")
        for reason, places in sorted(reasons.items()):
            why = next((row[3] for row in judged if row[:3] == [*spec, reason]), None)
            unjudged += why is None
            print(f"    {reason} ×{len(places)}  {places[0][:160]}")
            print(f"        {why or 'NOT JUDGED'}")
    warned = [{f["rule"] for f in result["findings"] if f["level"] == "warn"} for result in results]
    counts = [sum(f["level"] == "warn" for f in result["findings"]) for result in results]
    rules = collections.Counter(rule for rules in warned for rule in rules)
    if results:
        share = 100 * len(blocked) / len(results)
        print(f"passed {len(results) - len(blocked)}, blocked {len(blocked)} ({share:.1f} %), of these not judged: {unjudged} reasons")
        print(f"warnings of an artifact: median {statistics.median(counts):g}, most {max(counts)}")
    for rule, count in rules.most_common():
        print(f"    warned {count:4} × {rule}")
    return unjudged


if __name__ == "__main__":
    main()
