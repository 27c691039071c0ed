"""What pip is configured with, as pip itself tells it. Comes before fetch.py, in one script."""

import ast
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys


def pip_settings(asked):
    """What pip is configured with, and the index that it asks if it is not; or nothing, if there is no pip."""
    if not asked["is_wanted"]:
        return {"pip": None}
    installed = [[sys.executable, "-I", "-m", "pip"]]
    installed += [[program] for program in map(shutil.which, ("pip3", "pip")) if program]
    questions = [["config", "list"]]
    if not os.environ.get("PIP_INDEX_URL"):
        questions.append(["download", "--help"])
    for pip in installed:
        # Each takes pip half a second.
        with concurrent.futures.ThreadPoolExecutor() as pool:
            text, *usage = pool.map(said_by, [pip + question for question in questions])
        if text is not None:
            break
    else:
        return {"pip": None}
    sections = {"global": {}, "install": {}, "download": {}, ":env:": {}}
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if equals and section in sections:
            sections[section][name] = str(ast.literal_eval(value))
    settings = {name: value for section in sections.values() for name, value in section.items()}
    is_default = "index-url" not in settings
    if is_default:
        words = " ".join((usage[0] or "").split())
        default = re.search(r"--index-url <url> .*?\(default (https?://[^\s)]+)\)", words)
        settings["index-url"] = default.group(1) if default else None
    return {"pip": settings, "is_default": is_default}


def said_by(command):
    try:
        ran = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(os.environ, COLUMNS="500"),
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ran.stdout.decode("utf-8", "replace") if ran.returncode == 0 else None
