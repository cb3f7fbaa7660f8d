"""newer_headers.py <sdk> <out>: a copy of the SDK as version 0.10 might be, for tests.

<out>/include          PH_ABI_MINOR 10; every struct with a size has two fields more, hidden as POSEHOST_TARGET_MINOR
                       says; TEST_MIN_HOST is what the plugin says it needs.
<out>/rust-9, rust-10  the crate made from it, with and without the new fields hidden
"""
import pathlib
import re
import shutil
import sys

import rust_abi

FIELDS = "  uint64_t added_a;\n  uint64_t added_b;\n"


def grown(text, before, after):
    pattern = r"(typedef struct \w+ \{\n  uint32_t size;.*?\n)(\} \w+;)"
    text, count = re.subn(pattern, lambda m: m[1] + before + FIELDS + after + m[2], text, flags=re.S)
    assert count >= 20, f"{count} structs"
    return text


def main():
    sdk, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    shutil.copytree(sdk / "include", out / "include")
    header = out / "include/posehost/abi.h"
    text, count = re.subn(r"#define PH_ABI_MINOR 9\b", "#define PH_ABI_MINOR 10", header.read_text(encoding="utf-8"))
    assert count == 1
    header.write_text(grown(text, "#if POSEHOST_TARGET_MINOR >= 10\n", "#endif\n"), encoding="utf-8")
    for name in ("plugin.h", "plugin.hpp"):
        file = out / "include/posehost" / name
        file.write_text(file.read_text(encoding="utf-8").replace("POSEHOST_TARGET_MINOR", "TEST_MIN_HOST"), encoding="utf-8")
    for target, seen in ((9, text), (10, grown(text, "", ""))):
        crate = out / f"rust-{target}"
        shutil.copytree(sdk / "rust", crate, ignore=shutil.ignore_patterns("target", "Cargo.lock"))
        flat = out / f"abi-{target}.h"
        flat.write_text(seen, encoding="utf-8")
        (crate / "src/abi.rs").write_text(rust_abi.generate(flat), encoding="utf-8")


if __name__ == "__main__":
    main()
