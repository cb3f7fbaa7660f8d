// SPDX-License-Identifier: MIT
use crate::abi;

/// What an instance may call. Valid from its creation until it is dropped; any thread.
#[derive(Clone, Copy)]
pub struct Host(pub(crate) *const abi::ph_host);
// Safety: abi.h says "any" for its functions.
unsafe impl Send for Host {}
unsafe impl Sync for Host {}

impl Host {
    /// A line for the host's log; `level` is one of `abi::PH_LOG_*`.
    pub fn log(&self, level: i32, text: &str) {
        // Safety: the host made the table, and it lives as long as the instance.
        unsafe {
            if let Some(log) = (*self.0).log {
                log((*self.0).ctx, level, text.as_ptr(), text.len() as i64);
            }
        }
    }
    /// A line for the host's log.
    pub fn info(&self, text: &str) {
        self.log(abi::PH_LOG_INFO, text);
    }
    /// (major, minor) of the host's ABI.
    pub fn abi(&self) -> (u32, u32) {
        // Safety: as above.
        unsafe { ((*self.0).abi_major, (*self.0).abi_minor) }
    }
}

/// The arguments of one instance, checked against its schema, defaults filled in.
pub struct Config<'a>(pub(crate) &'a abi::ph_config);

pub(crate) fn to_ph(text: &str) -> abi::ph_str {
    abi::ph_str { data: text.as_ptr(), len: text.len() as i64 }
}

impl<'a> Config<'a> {
    /// All of them as JSON text.
    pub fn json(&self) -> &'a str {
        // Safety: the host keeps the text for as long as the config.
        unsafe { text_of(self.0.json) }
    }
    pub(crate) fn f64(&self, pointer: &str) -> Option<f64> {
        let mut value = 0.0;
        // Safety: the function belongs to this table; it writes on success only.
        let status = unsafe { self.0.get_f64?(self.0.ctx, to_ph(pointer), &mut value) };
        (status == abi::PH_OK).then(|| value)
    }
    pub(crate) fn i64(&self, pointer: &str) -> Option<i64> {
        let mut value = 0;
        // Safety: as above.
        let status = unsafe { self.0.get_i64?(self.0.ctx, to_ph(pointer), &mut value) };
        (status == abi::PH_OK).then(|| value)
    }
    pub(crate) fn bool(&self, pointer: &str) -> Option<bool> {
        let mut value = 0;
        // Safety: as above.
        let status = unsafe { self.0.get_bool?(self.0.ctx, to_ph(pointer), &mut value) };
        (status == abi::PH_OK).then(|| value != 0)
    }
    pub(crate) fn str(&self, pointer: &str) -> Option<&'a str> {
        let mut value = abi::ph_str::ZERO;
        // Safety: as above; the text lives as long as the config.
        let status = unsafe { self.0.get_str?(self.0.ctx, to_ph(pointer), &mut value) };
        (status == abi::PH_OK).then(|| unsafe { text_of(value) })
    }
}

unsafe fn text_of<'a>(text: abi::ph_str) -> &'a str {
    if text.len <= 0 || text.data.is_null() {
        return "";
    }
    std::str::from_utf8(std::slice::from_raw_parts(text.data, text.len as usize)).unwrap_or("")
}
