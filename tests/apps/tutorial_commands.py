"""Runs the commands that stand in the tutorial's code blocks, in their order, and holds the two languages against each other.

tutorial_commands.py SOURCE BUILD FOLDER

A command is run as it stands, but for what RULES say: small budgets, places that a reader fills in, programs that may be missing.
"""
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

source, build, folder = (Path(a).resolve() for a in sys.argv[1:4])
chapters = {"README": ".", "README.hooks": ".", "README.data": ".", "README.models": "configs", "README.tools": "."}  # and where they run

# The quickstart made small: what the chapters train and go on with.
model = {"backbone": {"base_channels": 16, "stem_channels": 16}, "keypoint_head": {"in_channels": 128, "num_deconv_filters": [16, 16, 16]}}
size = {"data_cfg": {"image_size": [64, 64], "heatmap_size": [16, 16]}}
small = {"_base_": "whole_quickstart.json", "total_epochs": 2, "evaluation": {"interval": 1}, "log_config": {"interval": 1},
         "lr_config": {"step": [1], "warmup_iters": 2}, "model": model, "data": {"train": size, "val": size}}
short = " ".join(f"--set '{key}={json.dumps(value)}'" for key, value in (
    ("total_epochs", 2), ("evaluation.interval", 1), ("lr_config.step", [1]), ("lr_config.warmup_iters", 2),
    ("model.backbone.base_channels", 16), ("model.backbone.stem_channels", 16), ("model.keypoint_head.in_channels", 128),
    ("model.keypoint_head.num_deconv_filters", [16, 16, 16])))


def environment(name):
    return os.environ.get(name) or None


# What is put into every command that a pattern is found in: text to add, texts to replace; or a reason to leave it out.
RULES = [
    (r"^posehost run mice/config\.json$", {"add": short}),
    (r"^posehost ctl WORKDIR", {"leave": "wants a run that goes on: run_control.sh has one"}),
    (r"^posehost runs work_dirs", {"before": lambda: runs_of("mice")}),
    (r"<where posehost is installed>", {"replace": ("<where posehost is installed>", str(build / "sdk"))}),
    (r"\| jq ", {"replace": (r"| jq '.runs[0].best'", "") if not shutil.which("jq") else None}),
    (r"^python -c 'import torch", {"replace": ("python", environment("POSEHOST_TORCH_PYTHON")),
                                   "needs": ("POSEHOST_TORCH_PYTHON", "a Python with torch")}),
    (r"posehost check-model", {"replace": ("venv/bin/python", environment("POSEHOST_ONNX_PYTHON")),
                               "needs": ("POSEHOST_ONNX_PYTHON", "a Python with onnxruntime")}),
]


def blocks(text):
    """Indented code blocks and fenced ones of a shell."""
    for fenced in re.findall(r"^```(?:sh|bash)\n(.*?)^```", text, re.M | re.S):
        yield fenced.splitlines()
    block = []
    for line in re.sub(r"^ *```.*?^ *```", "", text, flags=re.M | re.S).splitlines() + ["end"]:
        if re.match(r" {4,}\S", line):
            block.append(line.strip())
        elif block:
            yield block
            block = []


def commands(file):
    is_command = re.compile(r"(\S+=\S+ )*(posehost|python) ")
    found = []
    for block in blocks(file.read_text(encoding="utf-8")):
        if is_command.match(block[0]):
            found += [re.sub(r"\s+# .*", "", line) for line in block]
    return found


def runs_of(run):
    if not Path(folder / "work_dirs").exists():
        shutil.copytree(folder / run, folder / "work_dirs")


def run(command, where):
    done = subprocess.run(["bash", "-c", "set -o pipefail\n" + command], cwd=where, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0 or not done.stdout.strip():
        sys.exit(f"FAILED: in {where}: {command}\nexit code {done.returncode}\n{done.stdout[-4000:]}")
    for made in re.findall(r"--(?:out|csv) (\S+)", command):
        if not (where / made).exists():
            sys.exit(f"FAILED: {command}\nthere is no {made}\n{done.stdout[-2000:]}")


def prepare():
    """What the chapters take for granted: configs, a labelled project, a config with its trained weights."""
    shutil.copytree(source / "configs", folder / "configs", ignore=shutil.ignore_patterns("runs", "work_dirs"))
    subprocess.run([sys.executable, source / "tests/support/make_labels.py", "deeplabcut", source / "configs/data/mirror_mouse",
                    folder / "openfield-Pranav-2018-10-30", "12"], check=True)
    (folder / "configs/quickstart.json").rename(folder / "configs/whole_quickstart.json")
    (folder / "configs/quickstart.json").write_text(json.dumps(small))
    (folder / "cfg.json").write_text(json.dumps({"_base_": "configs/quickstart.json"}))


def command_of(text, where):
    """The command as it is run, and why it is not."""
    for pattern, rule in RULES:
        if not re.search(pattern, text):
            continue
        if "leave" in rule:
            return None, rule["leave"]
        name, what = rule.get("needs", (None, None))
        if name and not environment(name):
            return None, f"{name} does not name {what}"
        rule.get("before", lambda: None)()
        if rule.get("replace"):
            text = text.replace(*rule["replace"])
        text += " " + rule["add"] if "add" in rule else ""
    return text, None


def main():
    os.environ["PATH"] = f"{build / 'bin'}:{os.environ['PATH']}"
    prepare()
    used = set()
    for chapter, place in chapters.items():
        english, chinese = (commands(source / "configs/tutorial" / f"{chapter}{end}.md") for end in ("", ".zh"))
        without_names = [[re.sub("<.*?>", "<>", c) for c in each] for each in (english, chinese)]
        if without_names[0] != without_names[1] or not english:
            sys.exit(f"FAILED: {chapter}: the languages have different commands\n{english}\n{chinese}")
        if chapter == "README.tools":
            run("posehost run ../cfg.json --work-dir ../work_dirs/cfg && cp ../work_dirs/cfg/last.safetensors ..", folder / "configs")
        for text in english:
            used |= {pattern for pattern, _ in RULES if re.search(pattern, text)}
            command, why = command_of(text, folder / place)
            if command:
                run(command, folder / place)
            print(f"{chapter}: {text}" + (f"\n    left out: {why}" if why else ""), flush=True)
    if len(used) != len(RULES):
        sys.exit(f"FAILED: rules for commands that no chapter has: {[p for p, _ in RULES if p not in used]}")


main()
