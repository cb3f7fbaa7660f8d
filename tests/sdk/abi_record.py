"""Compares abi.h with the layout recorded in sdk/abi/<version>.json; --write records it.

Structs and fields are found in the header's text; a C program made from them prints what the compiler
says: size of each struct, offset and size of each field, value of each constant. The declaration of a
field is recorded as well: a changed parameter of a function moves no offset.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile


def without_comments(text):
    return re.sub(r"//[^\n]*", "", re.sub(r"/\*.*?\*/", "", text, flags=re.S))


def read_fields(body):
    """Name and declaration of each field."""
    fields = {}
    for line in body.split(";"):
        line = " ".join(line.split())
        if not line:
            continue
        pointer = re.match(r".*?\(\*(\w+)\)\(", line)
        # "void *param" and "int64_t numel, step"
        names = [pointer.group(1)] if pointer else re.findall(r"(\w+)(?=\s*(?:,|$))", line)
        fields.update((name, line) for name in names)
    return fields


def read_header(path):
    text = without_comments(path.read_text(encoding="utf-8"))
    structs = {}
    for name, body, again in re.findall(r"typedef struct (\w+) \{(.*?)\n\} (\w+);", text, flags=re.S):
        assert name == again, name
        structs[name] = read_fields(body)
    assert len(structs) == len(re.findall(r"\bstruct \w+ \{", text)), "a struct that is no typedef of one form"
    constants, strings = [], []
    for name, value in re.findall(r"^#define (PH_\w+)[ \t]+(.+)$", text, flags=re.M):
        if value.startswith('"'):
            strings.append(name)
        elif re.fullmatch(r"\d+u?", value.strip()):
            constants.append(name)
    return structs, constants, strings


def program(structs, constants, strings):
    lines = ["#include <stdio.h>", "#include <posehost/abi.h>", "int main(void) {"]
    for struct, fields in structs.items():
        lines.append(f'printf("struct {struct} %zu\\n", sizeof({struct}));')
        for field in fields:
            lines.append(f'printf("field {struct} {field} %zu %zu\\n", offsetof({struct}, {field}), '
                         f"sizeof((({struct} *)0)->{field}));")
    lines += [f'printf("constant {name} %lld\\n", (long long)({name}));' for name in constants]
    lines += [f'printf("string {name} %s\\n", {name});' for name in strings]
    return "\n".join(lines + ["return 0;", "}", ""])


def measure(header, compiler):
    structs, constants, strings = read_header(header)
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "layout.c")
        source.write_text(program(structs, constants, strings), encoding="utf-8")
        binary = pathlib.Path(folder, "layout")
        subprocess.run([compiler, "-std=c11", "-I", str(header.parent.parent), str(source), "-o", str(binary)], check=True)
        out = subprocess.run([str(binary)], check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout
    record = {"structs": {}, "constants": {}}
    for line in out.splitlines():
        kind, name, *rest = line.split(" ")
        if kind == "struct":
            record["structs"][name] = {"size": int(rest[0]), "fields": {}}
        elif kind == "field":
            offset, size = int(rest[1]), int(rest[2])
            record["structs"][name]["fields"][rest[0]] = [offset, size, structs[name][rest[0]]]
        else:
            record["constants"][name] = int(rest[0]) if kind == "constant" else rest[0]
    return record


def holes(record):
    """Padding that only the compiler knows of; abi.h spells all of it out."""
    for name, struct in record["structs"].items():
        end = 0
        for field, (offset, size, _) in struct["fields"].items():
            if offset != end:
                yield f"{name}.{field}: {offset - end} bytes of hidden padding before it"
            end = offset + size
        if end != struct["size"]:
            yield f"{name}: {struct['size'] - end} bytes of hidden padding at its end"


def dump(record):
    """One line a field, so that a change reads well in a diff."""
    out = ["{", ' "fields": "name: [offset, size, declaration]",', ' "structs": {']
    structs = []
    for name, struct in record["structs"].items():
        fields = ",\n".join(f"   {json.dumps(field)}: {json.dumps(facts)}" for field, facts in struct["fields"].items())
        structs.append(f'  {json.dumps(name)}: {{"size": {struct["size"]}, "fields": {{\n{fields}}}}}')
    out.append(",\n".join(structs))
    out += [" },", ' "constants": {']
    out.append(",\n".join(f"  {json.dumps(name)}: {json.dumps(v)}" for name, v in record["constants"].items()))
    return "\n".join(out + [" }", "}", ""])


def differences(recorded, measured, path=""):
    if not (isinstance(recorded, dict) and isinstance(measured, dict)):
        if recorded != measured:
            yield f"{path}: recorded {json.dumps(recorded)}, now {json.dumps(measured)}"
        return
    for name in list(recorded) + [n for n in measured if n not in recorded]:
        yield from differences(recorded.get(name), measured.get(name), f"{path}/{name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("header", type=pathlib.Path)
    parser.add_argument("record", type=pathlib.Path)
    parser.add_argument("--compiler", default="cc")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    measured = measure(args.header, args.compiler)
    if args.write:
        args.record.write_text(dump(measured), encoding="utf-8")
        return 0
    recorded = json.loads(args.record.read_text(encoding="utf-8"))
    del recorded["fields"]  # says what a field's list holds
    changed = list(holes(measured)) + list(differences(recorded, measured))
    for text in changed:
        print(text)
    if changed:
        print("The ABI changed. If that is meant: an entry in sdk/CHANGELOG.md, then abi_record.py --write.")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
