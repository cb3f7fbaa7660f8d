// SPDX-License-Identifier: MIT
//! Text and ELF notes made at compile time.
#![allow(missing_docs)]
use crate::abi;

/// Bytes written one after the other. With N = 0 it only counts.
#[derive(Clone, Copy)]
pub struct Text<const N: usize> {
    pub bytes: [u8; N],
    pub len: usize,
}

impl<const N: usize> Text<N> {
    pub const fn new() -> Self {
        Self { bytes: [0; N], len: 0 }
    }
    const fn byte(mut self, byte: u8) -> Self {
        if self.len < N {
            self.bytes[self.len] = byte;
        }
        self.len += 1;
        self
    }
    pub const fn put(mut self, text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut i = 0;
        while i < bytes.len() {
            self = self.byte(bytes[i]);
            i += 1;
        }
        self
    }
    /// As a JSON string.
    pub const fn quoted(mut self, text: &str) -> Self {
        let bytes = text.as_bytes();
        self = self.byte(b'"');
        let mut i = 0;
        while i < bytes.len() {
            if bytes[i] < 0x20 {
                panic!("texts of a plugin are one line");
            }
            if bytes[i] == b'"' || bytes[i] == b'\\' {
                self = self.byte(b'\\');
            }
            self = self.byte(bytes[i]);
            i += 1;
        }
        self.byte(b'"')
    }
    pub const fn number(mut self, number: u64) -> Self {
        if number >= 10 {
            self = self.number(number / 10);
        }
        self.byte(b'0' + (number % 10) as u8)
    }
}

/// An ELF note with its header; N is a multiple of four.
#[repr(C)]
pub struct Note<const N: usize> {
    owner_size: u32,
    text_size: u32,
    kind: u32,
    owner: [u8; 12],
    text: [u8; N],
}

pub const fn padded(len: usize) -> usize {
    (len + 3) / 4 * 4
}

pub const fn note<const N: usize>(kind: u32, text: Text<N>) -> Note<N> {
    let owner = abi::PH_NOTE_OWNER.as_bytes();
    let mut padded = [0; 12];
    let mut i = 0;
    while i < owner.len() {
        padded[i] = owner[i];
        i += 1;
    }
    Note { owner_size: owner.len() as u32 + 1, text_size: text.len as u32, kind, owner: padded, text: text.bytes }
}

pub const fn to_ph(text: &'static str) -> abi::ph_str {
    abi::ph_str { data: text.as_ptr(), len: text.len() as i64 }
}
