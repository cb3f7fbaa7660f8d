// SPDX-License-Identifier: MIT
use crate::abi;
use std::panic::{catch_unwind, AssertUnwindSafe};

/// What a function of a component returns when it cannot do its work: a status of the ABI and one line
/// that says what was found and what was expected. The host adds plugin, component and place.
#[derive(Debug, Clone)]
pub struct Failure {
    /// One of `abi::PH_ERR_*`.
    pub code: i32,
    /// One line.
    pub text: String,
}

impl Failure {
    /// The user can repair it: a wrong argument.
    pub fn invalid(text: impl Into<String>) -> Self {
        Self { code: abi::PH_ERR_INVALID_ARGUMENT, text: text.into() }
    }
    /// Well-formed, but not something this component does.
    pub fn unsupported(text: impl Into<String>) -> Self {
        Self { code: abi::PH_ERR_UNSUPPORTED, text: text.into() }
    }
    /// Anything else.
    pub fn failed(text: impl Into<String>) -> Self {
        Self { code: abi::PH_ERR_FAILED, text: text.into() }
    }
}

/// Runs `work` and returns a status; nothing unwinds out of it.
///
/// # Safety
/// `host` is NULL or valid for the call.
pub(crate) unsafe fn guarded(host: *const abi::ph_host, work: impl FnOnce() -> Result<(), Failure>) -> i32 {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(())) => abi::PH_OK,
        // A status must not claim success.
        Ok(Err(failure)) if failure.code == abi::PH_OK => report(host, abi::PH_ERR_FAILED, &failure.text),
        Ok(Err(failure)) => report(host, failure.code, &failure.text),
        Err(panic) => {
            let said = panic
                .downcast_ref::<&str>()
                .map(|text| text.to_string())
                .or_else(|| panic.downcast_ref::<String>().cloned());
            // What a panic carries may panic itself when it is dropped.
            std::mem::forget(panic);
            report(host, abi::PH_ERR_FAILED, &format!("a panic: {}", said.as_deref().unwrap_or("no text")))
        }
    }
}

unsafe fn report(host: *const abi::ph_host, code: i32, text: &str) -> i32 {
    if let Some(host) = host.as_ref() {
        if let Some(set_error) = host.set_error {
            set_error(host.ctx, code, text.as_ptr(), text.len() as i64);
        }
    }
    code
}

/// A copy of what the maker of `*from` knew, zeros beyond (abi.h, "Growth").
///
/// # Safety
/// `from` begins with its size, `zero` is the ZERO of a struct of the ABI.
pub(crate) unsafe fn read_struct<T: Copy>(from: *const T, mut zero: T) -> T {
    let known = (*(from as *const u32) as usize).min(std::mem::size_of::<T>());
    std::ptr::copy_nonoverlapping(from as *const u8, &mut zero as *mut T as *mut u8, known);
    zero
}

/// Writes `value` into an output struct of the caller, no further than its capacity.
///
/// # Safety
/// `to` begins with its capacity; T is a struct of the ABI, which begins {size, rev}.
pub(crate) unsafe fn write_struct<T: Copy>(to: *mut T, mut value: T) {
    let room = (*(to as *const u32) as usize).min(std::mem::size_of::<T>());
    let head = &mut value as *mut T as *mut u32;
    *head = room as u32;
    *head.add(1) = 0;
    std::ptr::copy_nonoverlapping(&value as *const T as *const u8, to as *mut u8, room);
}
