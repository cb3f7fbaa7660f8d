// SPDX-License-Identifier: MIT
//! Plugins for posehost in Rust: optimizers and schedules. The standard library and nothing else.
//!
//! A plugin is a `cdylib` that exports one function, which [`plugin!`] writes together with the notes
//! that a host reads without running any code. [`args!`] is one table for the struct of arguments, its
//! schema, its defaults and its reader. What the host calls catches panics and turns them into a status,
//! so build with `panic = "unwind"`, which is the default.
#![warn(missing_docs)]

pub mod abi;
mod args;
mod failure;
mod host;
mod optimizer;
mod plugin_macro;
mod schedule;
#[doc(hidden)]
pub mod text;

pub use args::{Args, FromConfig, Row};
pub use failure::Failure;
pub use host::{Config, Host};
pub use optimizer::{Hypers, Optimizer, Real, Slot, SlotInit, Span, Spans};
pub use schedule::{Schedule, SchedulePoint};

/// The oldest host that plugins load on (abi.h, `POSEHOST_TARGET_MINOR`).
pub const TARGET_MINOR: u32 = 9;

#[doc(hidden)]
pub mod detail {
    pub use crate::args::{count_hypers, hypers, put_schema};
    pub use crate::optimizer::thunks as optimizer;
    pub use crate::schedule::thunks as schedule;
}
