"""Makes sdk/REFERENCE.md from abi.h: every struct with its fields, every constant, with what the header says of them.

reference.py <abi.h> <REFERENCE.md>            fails where the file is not what the header says
reference.py <abi.h> <REFERENCE.md> --write    writes it
"""
import pathlib
import re
import sys

RULE = "// " + "-" * 93


def without_rules(lines):
    """Sections as (title, introduction, lines): a title stands between two rules."""
    sections, i = [["", [], []]], 0
    while i < len(lines):
        if lines[i] == RULE:
            end = lines.index(RULE, i + 1)
            text = [line[3:] for line in lines[i + 1:end]]
            title, _, rest = " ".join(text).partition(": ") if ": " in text[0] else (text[0], "", "\n".join(text[1:]))
            sections.append([title, rest, []])
            i = end
        else:
            sections[-1][2].append(lines[i])
        i += 1
    return sections


def comment_of(line):
    code, found, text = line.partition("//")
    return code.rstrip(), text.strip() if found else ""


class Struct:
    """Rows of one struct: declarations with the comments before and behind them."""

    def __init__(self, name, doc):
        self.name, self.doc, self.rows, self.before, self.code, self.fresh = name, doc, [], [], "", True

    def add(self, line):
        code, text = comment_of(line)
        if not code.strip():
            if not text:
                self.before = []
            elif self.rows and not self.fresh and re.match(r" {6,}//", line):
                self.rows[-1][1] += " " + text  # goes on from the line above
            else:
                self.before.append(text)
            return
        self.code += " " + code.strip()
        if not self.code.rstrip().endswith(";"):
            return
        doc = " ".join(self.before + ([text] if text else []))
        self.rows.append([" ".join(self.code.split()).rstrip(";"), doc])
        self.before, self.code, self.fresh = [], "", not text


def cell(text):
    text = text.replace("|", "\\|")
    return text if "`" in text else text.replace("*", "\\*").replace("<", "&lt;")


def write_struct(out, struct):
    out += [f"### `{struct.name}`", ""]
    if struct.doc:
        out += [" ".join(struct.doc), ""]
    out += ["| Field | |", "|---|---|"]
    for code, doc in struct.rows:
        if code in ("uint32_t size", "uint32_t rev"):
            continue
        out.append(f"| `{code.replace('|', chr(92) + '|')}` | {cell(doc)} |")
    out.append("")


def section(out, title, introduction, lines):
    body, constants, struct, before = [], [], None, []
    for line in lines:
        opened = re.match(r"typedef struct (\w+) \{", line)
        if struct is not None:
            if line.startswith("} "):
                write_struct(body, struct)
                struct = None
            else:
                struct.add(line)
        elif opened:
            struct, before = Struct(opened.group(1), before), []
        elif line.startswith("// "):
            before.append(line[3:].strip())
        elif line.startswith("#define PH_") and not line.startswith("#define PH_EXPORT"):
            code, text = comment_of(line)
            parts = code.split(None, 2)
            constants.append((parts[1], parts[2] if len(parts) > 2 else "", " ".join(before + ([text] if text else []))))
            before = []
        elif line.startswith("PH_EXPORT"):
            body += [f"`{line}`", "", " ".join(before), ""]
            before = []
        elif not line.strip():
            before = []
    if not (body or constants):
        return
    out += [f"## {title}", ""]
    if introduction:
        out += ["```text", introduction.rstrip(), "```", ""] if "\n" in introduction else [introduction, ""]
    if constants:
        out += ["| Constant | Value | |", "|---|---|---|"]
        out += [f"| `{name}` | `{value}` | {cell(doc)} |" for name, value, doc in constants] + [""]
    out += body


def generate(header):
    lines = header.read_text(encoding="utf-8").split("\n")
    out = ["# The ABI, struct by struct", "",
           "Made from `include/posehost/abi.h` by a script; a test compares. The rules that hold for every call (ownership,",
           "failure, growth, threads) are at the top of that header. Every struct begins with `size` and `rev`, which are left",
           "out here.", ""]
    for title, introduction, body in without_rules(lines):
        if title:
            section(out, title, introduction, body)
    return "\n".join(out)


def main():
    header, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    text = generate(header)
    source = header.read_text(encoding="utf-8")
    missing = [name for name in re.findall(r"^typedef struct (\w+)", source, flags=re.M) if f"### `{name}`" not in text]
    missing += [name for name in re.findall(r"^#define (PH_[A-Z0-9_]+)[ (]", source, flags=re.M)
                if name != "PH_EXPORT" and name not in text]
    if missing:
        print("not in the reference: " + ", ".join(missing))
        return 1
    if sys.argv[3:] == ["--write"]:
        target.write_text(text, encoding="utf-8")
        return 0
    if target.exists() and target.read_text(encoding="utf-8") == text:
        return 0
    print(f"{target} is not what {header} says: reference.py --write")
    return 1


if __name__ == "__main__":
    sys.exit(main())
