// SPDX-License-Identifier: MIT
use crate::text::{to_ph, Text};
use crate::{abi, Config, Failure};

/// One argument of a component; [`args!`](crate::args!) writes them.
#[derive(Clone, Copy)]
#[allow(missing_docs)]
pub struct Row {
    pub name: &'static str,
    pub pointer: &'static str, // "/name"
    pub kind: &'static str,    // "number"
    pub limits: &'static str,  // JSON: ,"minimum":0
    pub default: &'static str, // JSON, or "required"
    pub role: &'static str,    // "" unless it is a hyper-parameter
    pub doc: &'static str,
}

/// A struct of arguments that was made by [`args!`](crate::args!).
pub trait Args: Sized {
    /// The table.
    const ROWS: &'static [Row];
    /// Their values in a config.
    fn read(config: &Config) -> Result<Self, Failure>;
}

/// A type that an argument may have: `f64`, `i64`, `bool`, `String`.
pub trait FromConfig: Sized {
    /// The type in the schema.
    const KIND: &'static str;
    /// The value at a JSON pointer.
    fn get(config: &Config, pointer: &str) -> Option<Self>;
}
impl FromConfig for f64 {
    const KIND: &'static str = "number";
    fn get(config: &Config, pointer: &str) -> Option<Self> {
        config.f64(pointer)
    }
}
impl FromConfig for i64 {
    const KIND: &'static str = "integer";
    fn get(config: &Config, pointer: &str) -> Option<Self> {
        config.i64(pointer)
    }
}
impl FromConfig for bool {
    const KIND: &'static str = "boolean";
    fn get(config: &Config, pointer: &str) -> Option<Self> {
        config.bool(pointer)
    }
}
impl FromConfig for String {
    const KIND: &'static str = "string";
    fn get(config: &Config, pointer: &str) -> Option<Self> {
        config.str(pointer).map(String::from)
    }
}

const fn equal(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// The JSON Schema of a table.
pub const fn put_schema<const N: usize>(mut out: Text<N>, rows: &[Row]) -> Text<N> {
    out = out.put("{\"type\":\"object\",\"properties\":{");
    let mut i = 0;
    while i < rows.len() {
        let row = rows[i];
        out = out.put(if i == 0 { "" } else { "," }).quoted(row.name).put(":{\"type\":").quoted(row.kind).put(row.limits);
        if !equal(row.default, "required") {
            out = out.put(",\"default\":").put(row.default);
        }
        if !row.role.is_empty() {
            out = out.put(",\"x-role\":").quoted(row.role).put(",\"x-per-group\":true,\"x-schedulable\":true");
        }
        out = out.put(",\"description\":").quoted(row.doc).put("}");
        i += 1;
    }
    out = out.put("}");
    let (mut i, mut found) = (0, false);
    while i < rows.len() {
        if equal(rows[i].default, "required") {
            out = out.put(if found { "," } else { ",\"required\":[" }).quoted(rows[i].name);
            found = true;
        }
        i += 1;
    }
    out.put(if found { "]" } else { "" }).put(",\"additionalProperties\":false}")
}

/// How many rows are hyper-parameters.
pub const fn count_hypers(rows: &[Row]) -> usize {
    let (mut i, mut n) = (0, 0);
    while i < rows.len() {
        n += !rows[i].role.is_empty() as usize;
        i += 1;
    }
    n
}

const fn role(name: &str) -> i32 {
    if equal(name, "lr") {
        abi::PH_ROLE_LR
    } else if equal(name, "momentum") {
        abi::PH_ROLE_MOMENTUM
    } else if equal(name, "weight_decay") {
        abi::PH_ROLE_WEIGHT_DECAY
    } else if equal(name, "none") {
        abi::PH_ROLE_NONE
    } else {
        panic!("role of a hyper-parameter: \"lr\", \"momentum\", \"weight_decay\" or \"none\"")
    }
}

/// The hyper-parameters of a table, in its order.
pub const fn hypers<const N: usize>(rows: &[Row]) -> [abi::ph_hyper; N] {
    let mut all = [abi::ph_hyper::ZERO; N];
    let (mut i, mut n) = (0, 0);
    while i < rows.len() {
        if !rows[i].role.is_empty() {
            if !equal(rows[i].kind, "number") {
                panic!("only an f64 can be a hyper-parameter");
            }
            all[n] = abi::ph_hyper {
                size: core::mem::size_of::<abi::ph_hyper>() as u32,
                name: to_ph(rows[i].name),
                pointer: to_ph(rows[i].pointer),
                role: role(rows[i].role),
                flags: abi::PH_HYPER_PER_GROUP | abi::PH_HYPER_SCHEDULABLE,
                ..abi::ph_hyper::ZERO
            };
            n += 1;
        }
        i += 1;
    }
    all
}

/// A struct of arguments, with its schema, defaults and reader:
///
/// ```ignore
/// posehost_sdk::args! {
///     pub struct Args {
///         lr: f64 = required, role "lr", at_least 0, "step size";
///         momentum: f64 = 0.9, role "momentum", at_least 0, below 1, "share kept a step";
///         nesterov: bool = false, "look ahead";
///         mode: String = "exp", one_of ["linear", "exp"], "how it falls";
///     }
/// }
/// ```
///
/// One row an argument: type `f64`, `i64`, `bool` or `String`; `required` or the default, a literal that
/// is JSON too and no negative number; limits `at_least above at_most below one_of`; the role of a
/// hyper-parameter ("lr", "momentum", "weight_decay" or "none"); and one line of documentation.
#[macro_export]
macro_rules! args {
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($arg:ident : $ty:ty = $default:tt $(, $key:ident $value:tt)* , $doc:literal ;)*
    }) => {
        $(#[$meta])*
        #[allow(dead_code)]
        $vis struct $name { $($vis $arg: $ty),* }
        impl $crate::Args for $name {
            const ROWS: &'static [$crate::Row] = &[$($crate::Row {
                name: stringify!($arg),
                pointer: concat!("/", stringify!($arg)),
                kind: <$ty as $crate::FromConfig>::KIND,
                limits: concat!("", $($crate::args!(@limit $key $value)),*),
                default: stringify!($default),
                role: concat!("", $($crate::args!(@role $key $value)),*),
                doc: $doc,
            }),*];
            fn read(config: &$crate::Config) -> Result<Self, $crate::Failure> {
                let _ = config;
                Ok(Self { $($arg: <$ty as $crate::FromConfig>::get(config, concat!("/", stringify!($arg)))
                    .ok_or_else(|| $crate::Failure::failed(concat!("no argument ", stringify!($arg))))?),* })
            }
        }
    };
    (@limit at_least $v:tt) => { concat!(",\"minimum\":", stringify!($v)) };
    (@limit above $v:tt) => { concat!(",\"exclusiveMinimum\":", stringify!($v)) };
    (@limit at_most $v:tt) => { concat!(",\"maximum\":", stringify!($v)) };
    (@limit below $v:tt) => { concat!(",\"exclusiveMaximum\":", stringify!($v)) };
    (@limit one_of $v:tt) => { concat!(",\"enum\":", stringify!($v)) };
    (@limit role $v:tt) => { "" };
    (@role role $v:tt) => { $v };
    (@role $key:ident $v:tt) => { "" };
}
