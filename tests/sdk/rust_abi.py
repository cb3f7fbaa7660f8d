"""Makes sdk/rust/src/abi.rs from abi.h: structs, constants and function types, one to one.

rust_abi.py <abi.h> <abi.rs>            fails where the file is not what the header says
rust_abi.py <abi.h> <abi.rs> --write    writes it
"""
import pathlib
import re
import sys

import abi_record

PRIMITIVES = {"void": "c_void", "char": "u8", "double": "f64", "float": "f32", "bool": "bool"}
PRIMITIVES.update({f"{c}int{n}_t": f"{r}{n}" for c, r in (("", "i"), ("u", "u")) for n in (8, 16, 32, 64)})

HEAD = """// SPDX-License-Identifier: MIT
//! abi.h in Rust: made from it by a script, not by hand. What each thing means is said there.
#![allow(non_camel_case_types, missing_docs)]
use core::ffi::c_void;
"""


def rust_type(text):
    """The type of "const ph_param *const *" and the like."""
    tokens = re.findall(r"\w+|\*", text)
    const = "const" in tokens[:2]
    base = [t for t in tokens if t not in ("const", "*")]
    assert len(base) == 1, text
    rust = PRIMITIVES.get(base[0], base[0])
    stars = [i for i, token in enumerate(tokens) if token == "*"]
    for i in stars:
        rust = f"*{'const' if const else 'mut'} {rust}"
        const = tokens[i + 1:i + 2] == ["const"]
    return rust


def split_parameters(text):
    """At commas that are not within the parameters of a parameter."""
    parts, depth = [""], 0
    for c in text:
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    return [part.strip() for part in parts]


def rust_function(result, parameters):
    types = []
    for parameter in split_parameters(parameters):
        if parameter == "void":
            continue
        if "(*" in parameter:
            types.append(rust_field("", parameter))
            continue
        # The name is the last word, where there is one.
        types.append(rust_type(re.sub(r"(?<=[\s*])\w+$", "", parameter) if re.search(r"[\s*]\w+$", parameter) else parameter))
    returns = "" if result.strip() == "void" else f" -> {rust_type(result)}"
    return f"Option<unsafe extern \"C\" fn({', '.join(types)}){returns}>"


def rust_field(name, declaration):
    pointer = re.fullmatch(r"(.*?)\(\*\w+\)\((.*)\)", declaration)
    if pointer:
        return rust_function(*pointer.groups())
    # "void *param" and "int64_t numel, step": what stands before the first name.
    first = re.match(r"(.*?)\w+\s*(?:,.*)?$", declaration)
    return rust_type(first.group(1))


def constants_of(text):
    for name, value in re.findall(r"^#define (PH_\w+)[ \t]+(.+)$", text, flags=re.M):
        value = value.strip()
        if re.fullmatch(r"\d+", value):
            yield f"pub const {name}: {'u32' if name.startswith('PH_ABI_') else 'i32'} = {value};"
        elif re.fullmatch(r"\d+u", value):
            yield f"pub const {name}: u32 = {value[:-1]};"
        elif value.startswith('"'):
            yield f"pub const {name}: &str = {value};"


def generate(header):
    text = abi_record.without_comments(header.read_text(encoding="utf-8"))
    structs, _, _ = abi_record.read_header(header)
    out = [HEAD] + list(constants_of(text)) + [""]
    for result, name, parameters in re.findall(r"typedef ([^;(]+?)\(\*(\w+)\)\(([^;]*)\);", text):
        out.append(f"pub type {name} = {rust_function(result, ' '.join(parameters.split()))};")
    for struct, fields in structs.items():
        out += ["", "#[repr(C)]", "#[derive(Clone, Copy)]", f"pub struct {struct} {{"]
        out += [f"    pub {'r#' if name in ('type', 'ref', 'in') else ''}{name}: {rust_field(name, declaration)},"
                for name, declaration in fields.items()]
        out += ["}", "// Constant tables are shared by threads; everything else is borrowed for one call.",
                f"unsafe impl Sync for {struct} {{}}", f"unsafe impl Send for {struct} {{}}", f"impl {struct} {{",
                "    // Safety: zeros are a value of every struct of the ABI.",
                "    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };", "}"]
    out += ["", "/// (name, size, [(field, offset, size)]) of each struct, as the compiler lays it out; for the tests.",
            "#[doc(hidden)]", "pub fn layout() -> Vec<(&'static str, usize, Vec<(&'static str, usize, usize)>)> {",
            "    macro_rules! field {", "        ($s:ident, $name:expr, $f:ident) => {{",
            "            let value = $s::ZERO;", "            let base = &value as *const $s as usize;",
            "            let at = core::ptr::addr_of!(value.$f) as usize;",
            "            ($name, at - base, core::mem::size_of_val(&value.$f))", "        }};", "    }", "    vec!["]
    for struct, fields in structs.items():
        out.append(f'        ("{struct}", core::mem::size_of::<{struct}>(), vec![')
        out += [f"            field!({struct}, \"{name}\", {'r#' if name in ('type', 'ref', 'in') else ''}{name}),"
                for name in fields]
        out.append("        ]),")
    return "\n".join(out + ["    ]", "}", ""])


def main():
    header, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    text = generate(header)
    if sys.argv[3:] == ["--write"]:
        target.write_text(text, encoding="utf-8")
        return 0
    if target.read_text(encoding="utf-8") == text:
        return 0
    print(f"{target} is not what {header} says: rust_abi.py --write")
    return 1


if __name__ == "__main__":
    sys.exit(main())
