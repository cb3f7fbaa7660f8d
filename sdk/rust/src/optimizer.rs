// SPDX-License-Identifier: MIT
use crate::host::to_ph;
use crate::{abi, Args, Failure, Host};
use std::ffi::c_void;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

/// The parameters' type: `f32` or `f64`.
pub trait Real:
    Copy + PartialOrd + Send + Sync + 'static
    + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
    + AddAssign + SubAssign
{
    /// The nearest number of this type.
    fn of(number: f64) -> Self;
    /// Its square root.
    fn sqrt(self) -> Self;
    /// Without its sign.
    fn abs(self) -> Self;
}
macro_rules! real {
    ($t:ty) => {
        impl Real for $t {
            fn of(number: f64) -> Self {
                number as $t
            }
            fn sqrt(self) -> Self {
                <$t>::sqrt(self)
            }
            fn abs(self) -> Self {
                <$t>::abs(self)
            }
        }
    };
}
real!(f32);
real!(f64);

/// First content of a slot.
#[derive(Clone, Copy)]
#[allow(missing_docs)]
pub enum SlotInit {
    Zeros = 0,
    Ones = 1,
    CopyOfParam = 2,
}

/// State per element, of the parameter's type. The host allocates it, saves and loads it under `name`.
#[derive(Clone)]
pub struct Slot {
    /// `[a-z][a-z0-9_]*`, at most 32 bytes.
    pub name: String,
    /// First content.
    pub init: SlotInit,
}
impl Slot {
    /// A slot that begins with zeros.
    pub fn zeros(name: &str) -> Self {
        Self { name: name.into(), init: SlotInit::Zeros }
    }
}

/// Values of the hyper-parameters, by name.
pub struct Hypers<'a> {
    values: &'a [f64],
    rows: &'static [crate::Row],
}
impl std::ops::Index<&str> for Hypers<'_> {
    type Output = f64;
    /// Panics, which becomes an error, where the table of arguments has no such hyper-parameter.
    fn index(&self, name: &str) -> &f64 {
        let mut roles = self.rows.iter().filter(|row| !row.role.is_empty());
        match roles.position(|row| row.name == name) {
            Some(i) => &self.values[i],
            None => panic!("no hyper-parameter \"{}\" in the table of arguments", name),
        }
    }
}

/// A contiguous piece of one parameter.
pub struct Span<'a, R> {
    param: &'a mut [R],
    grad: &'a [R],
    slots: &'a [*mut c_void],
    /// `ph_param.index`.
    pub index: u32,
}
impl<'a, R: Real> Span<'a, R> {
    /// Parameter, gradient and the first N slots, all of the same length. Panics, which becomes an error,
    /// where `slots()` declares fewer.
    pub fn parts<const N: usize>(self) -> (&'a mut [R], &'a [R], [&'a mut [R]; N]) {
        assert!(N <= self.slots.len(), "the rule uses more slots than slots() declares");
        let (slots, len) = (self.slots, self.param.len());
        let mut next = 0;
        let parts = [(); N].map(|()| {
            next += 1;
            // Safety: the host gives one distinct piece of memory per slot, as long as the parameter's.
            unsafe { std::slice::from_raw_parts_mut(slots[next - 1] as *mut R, len) }
        });
        (self.param, self.grad, parts)
    }
}

/// The pieces to update in one call.
pub struct Spans<'a, R> {
    args: &'a abi::ph_range_args,
    n_slots: usize,
    next: i64,
    real: std::marker::PhantomData<R>,
}
impl<'a, R: Real> Iterator for Spans<'a, R> {
    type Item = Span<'a, R>;
    fn next(&mut self) -> Option<Span<'a, R>> {
        while self.next < self.args.n_spans {
            // Safety: element i of the strided array that the host gave; its memory is this call's alone.
            unsafe {
                let at = (self.args.spans as *const u8).offset((self.next * self.args.span_stride) as isize);
                let span = &*(at as *const abi::ph_span);
                self.next += 1;
                if span.grad.is_null() || span.numel <= 0 {
                    continue;
                }
                let slots = if self.n_slots == 0 {
                    &[][..]
                } else {
                    std::slice::from_raw_parts(span.slot as *const *mut c_void, self.n_slots)
                };
                return Some(Span {
                    param: std::slice::from_raw_parts_mut(span.param as *mut R, span.numel as usize),
                    grad: std::slice::from_raw_parts(span.grad as *const R, span.numel as usize),
                    slots,
                    index: span.index,
                });
            }
        }
        None
    }
}

/// An optimizer that treats each element by itself.
pub trait Optimizer: Sized + Send + Sync + 'static {
    /// Of the component: a letter, then letters, digits and _; at most 64.
    const NAME: &'static str;
    /// What it does, in one line.
    const DOC: &'static str;
    /// Its arguments, made by [`args!`](crate::args!); rows with a role are its hyper-parameters.
    type Args: Args;
    /// How many numbers `scalars` writes; at most 64.
    const N_SCALARS: usize;

    /// Makes an instance. Main thread.
    fn new(args: Self::Args, host: Host) -> Result<Self, Failure>;
    /// State per element. Called once. Main thread.
    fn slots(&self) -> Vec<Slot> {
        Vec::new()
    }
    /// What is equal for all elements, from hyper-parameters and step (from 1), into `out`. Pure; one
    /// thread at a time.
    fn scalars(&self, hypers: &Hypers, step: i64, out: &mut [f64]) -> Result<(), Failure>;
    /// Updates the elements. Several threads at once, for different spans; the result must not depend on
    /// how parameters are cut.
    fn range<R: Real>(&self, spans: Spans<R>, scalars: &[R]) -> Result<(), Failure>;
}

/// What stands in the table of an optimizer.
pub mod thunks {
    #![allow(missing_docs, clippy::missing_safety_doc)]
    use super::*;
    use crate::failure::{guarded, read_struct, write_struct};
    use crate::Config;

    struct Instance<T> {
        host: *const abi::ph_host,
        object: T,
        // What slots() hands out points into these.
        _names: Vec<Slot>,
        _tables: Vec<abi::ph_slot>,
        list: Vec<*const abi::ph_slot>,
    }

    pub unsafe extern "C" fn create<T: Optimizer>(
        host: *const abi::ph_host,
        config: *const abi::ph_config,
        out: *mut *mut c_void,
    ) -> i32 {
        guarded(host, || {
            let config = read_struct(config, abi::ph_config::ZERO);
            let object = T::new(T::Args::read(&Config(&config))?, Host(host))?;
            let names = object.slots();
            let tables: Vec<abi::ph_slot> = names.iter().map(table_of).collect();
            let list = tables.iter().map(|table| table as *const abi::ph_slot).collect();
            let instance = Box::new(Instance { host, object, _names: names, _tables: tables, list });
            *out = Box::into_raw(instance) as *mut c_void;
            Ok(())
        })
    }

    fn table_of(slot: &Slot) -> abi::ph_slot {
        abi::ph_slot {
            size: std::mem::size_of::<abi::ph_slot>() as u32,
            name: to_ph(&slot.name),
            dtype: abi::PH_SLOT_AS_PARAM,
            shape: abi::PH_SLOT_SHAPE_PARAM,
            init: slot.init as i32,
            ..abi::ph_slot::ZERO
        }
    }

    pub unsafe extern "C" fn destroy<T: Optimizer>(this: *mut c_void) {
        if !this.is_null() {
            guarded(std::ptr::null(), || {
                drop(Box::from_raw(this as *mut Instance<T>));
                Ok(())
            });
        }
    }

    pub unsafe extern "C" fn slots<T: Optimizer>(this: *const c_void, out: *mut abi::ph_slots) -> i32 {
        let list = &(*(this as *const Instance<T>)).list;
        let all = abi::ph_slots { slots: list.as_ptr(), n_slots: list.len() as i64, ..abi::ph_slots::ZERO };
        write_struct(out, all);
        abi::PH_OK
    }

    pub unsafe extern "C" fn scalars<T: Optimizer>(this: *const c_void, args: *const abi::ph_scalars_args) -> i32 {
        let instance = &*(this as *const Instance<T>);
        guarded(instance.host, || {
            let args = read_struct(args, abi::ph_scalars_args::ZERO);
            let rows = <T::Args as Args>::ROWS;
            let n = crate::args::count_hypers(rows);
            if args.n_hyper < n as i64 || args.n_out < T::N_SCALARS as i64 {
                return Err(Failure::failed("the host gives fewer numbers than the plugin declares"));
            }
            let values = std::slice::from_raw_parts(args.hyper, n);
            // A local array: what the host gives may be NULL where there is nothing to write.
            let mut out = [0.0; 64];
            instance.object.scalars(&Hypers { values, rows }, args.step, &mut out[..T::N_SCALARS])?;
            std::ptr::copy_nonoverlapping(out.as_ptr(), args.out, T::N_SCALARS);
            Ok(())
        })
    }

    unsafe fn typed<T: Optimizer, R: Real>(instance: &Instance<T>, args: &abi::ph_range_args) -> Result<(), Failure> {
        let mut scalars = [R::of(0.0); 64];
        for (i, scalar) in scalars.iter_mut().enumerate().take(T::N_SCALARS) {
            *scalar = R::of(*args.scalars.add(i));
        }
        let spans = Spans { args, n_slots: instance.list.len(), next: 0, real: std::marker::PhantomData };
        instance.object.range::<R>(spans, &scalars[..T::N_SCALARS])
    }

    pub unsafe extern "C" fn range<T: Optimizer>(this: *const c_void, args: *const abi::ph_range_args) -> i32 {
        let instance = &*(this as *const Instance<T>);
        guarded(instance.host, || {
            let args = read_struct(args, abi::ph_range_args::ZERO);
            match (args.device_type, args.dtype.code as i32, args.dtype.bits) {
                (abi::PH_DEVICE_CPU, abi::PH_DTYPE_FLOAT, 32) => typed::<T, f32>(instance, &args),
                (abi::PH_DEVICE_CPU, abi::PH_DTYPE_FLOAT, 64) => typed::<T, f64>(instance, &args),
                _ => Err(Failure::unsupported("expected 32-bit or 64-bit floats on the CPU")),
            }
        })
    }
}
