"""check_readme.py <installed SDK> [--write README]: the README's code is the examples' code, its commands work.

A fence after `<!-- file: PATH -->` must be equal to that file; one after `<!-- run -->` is run by a shell in
a copy of the SDK's prefix and must leave a plugin with the posehost entry. --write puts the files in.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

FENCE = re.compile(r"(?P<head><!-- (file: (?P<file>\S+)|run) -->\n```\w+\n)(?P<body>.*?)```\n", re.S)
LICENSE = "// SPDX-License-Identifier: MIT\n"  # said once, in LICENSE


def example(prefix, name):
    text = (prefix / "share/posehost-sdk" / name).read_text(encoding="utf-8")
    return text[len(LICENSE):] if text.startswith(LICENSE) else text


def run(prefix, command):
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder, "sdk")
        shutil.copytree(prefix, copy)
        subprocess.run(["sh", "-e", "-c", command], cwd=copy, check=True)
        plugin = copy / re.search(r"-o (\S+\.so)", command).group(1)
        symbols = subprocess.run(["nm", "-D", "--defined-only", str(plugin)], check=True, stdout=subprocess.PIPE)
        exported = [line.split()[-1] for line in symbols.stdout.decode().splitlines()]
        return [] if exported == ["posehost_plugin_query_v0"] else [f"{plugin.name} exports {exported}"]


def write(prefix, readme):
    def filled(match):
        body = example(prefix, match["file"]) if match["file"] else match["body"]
        return f"{match['head']}{body}```\n"
    readme.write_text(FENCE.sub(filled, readme.read_text(encoding="utf-8")), encoding="utf-8")


def main():
    prefix = pathlib.Path(sys.argv[1])
    if sys.argv[2:3] == ["--write"]:
        return write(prefix, pathlib.Path(sys.argv[3]))
    text = (prefix / "share/posehost-sdk/README.md").read_text(encoding="utf-8")
    problems, files, runs = [], 0, 0
    for match in FENCE.finditer(text):
        if match["file"]:
            files += 1
            if match["body"] != example(prefix, match["file"]):
                problems.append(f"the README's copy of {match['file']} differs: check_readme.py --write")
        else:
            runs += 1
            problems += run(prefix, match["body"])
    # Every fence is one of the two: nothing is shown that is not checked.
    fences = len(re.findall(r"^```\w+$", text, flags=re.M))
    if fences != files + runs:
        problems.append(f"{fences} fences, of which {files + runs} are checked")
    if files < 3 or runs < 2:
        problems.append(f"found {files} files and {runs} commands; expected at least 3 and 2")
    links = [name for name in re.findall(r"\]\(#([\w-]+)\)", text)]
    titles = {re.sub(r"[^\w -]", "", t.lower()).replace(" ", "-") for t in re.findall(r"^#+ (.*)$", text, flags=re.M)}
    problems += [f"link to #{name}, which is no title" for name in links if name not in titles]
    print("\n".join(problems) or f"{files} files and {runs} commands")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
