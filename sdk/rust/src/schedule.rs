// SPDX-License-Identifier: MIT
use crate::{abi, Args, Failure, Host};
use std::ffi::c_void;

/// Where the run stands; the fields are described in abi.h.
pub type SchedulePoint = abi::ph_schedule_point;

/// A schedule: progress in, value of one hyper-parameter out.
pub trait Schedule: Sized + Send + Sync + 'static {
    /// Of the component: a letter, then letters, digits and _; at most 64.
    const NAME: &'static str;
    /// What it does, in one line.
    const DOC: &'static str;
    /// Its arguments, made by [`args!`](crate::args!).
    type Args: Args;

    /// Makes an instance. Main thread.
    fn new(args: Self::Args, host: Host) -> Result<Self, Failure>;
    /// Refuses arguments that make no sense for a run of this length. Called once. Main thread.
    fn check(&self, run: &SchedulePoint) -> Result<(), Failure> {
        let _ = run;
        Ok(())
    }
    /// Value at `at`. Pure: a resumed run, a plot and a dry run ask again and must get the same answer. Any
    /// thread. Cannot fail; a panic is logged and gives NaN.
    fn value(&self, at: &SchedulePoint) -> f64;
}

/// What stands in the table of a schedule.
pub mod thunks {
    #![allow(missing_docs, clippy::missing_safety_doc)]
    use super::*;
    use crate::failure::{guarded, read_struct};
    use crate::Config;

    struct Instance<T> {
        host: *const abi::ph_host,
        object: T,
    }

    pub unsafe extern "C" fn create<T: Schedule>(
        host: *const abi::ph_host,
        config: *const abi::ph_config,
        out: *mut *mut c_void,
    ) -> i32 {
        guarded(host, || {
            let config = read_struct(config, abi::ph_config::ZERO);
            let object = T::new(T::Args::read(&Config(&config))?, Host(host))?;
            *out = Box::into_raw(Box::new(Instance { host, object })) as *mut c_void;
            Ok(())
        })
    }

    pub unsafe extern "C" fn destroy<T: Schedule>(this: *mut c_void) {
        if !this.is_null() {
            guarded(std::ptr::null(), || {
                drop(Box::from_raw(this as *mut Instance<T>));
                Ok(())
            });
        }
    }

    pub unsafe extern "C" fn check<T: Schedule>(this: *const c_void, run: *const SchedulePoint) -> i32 {
        let instance = &*(this as *const Instance<T>);
        guarded(instance.host, || instance.object.check(&read_struct(run, SchedulePoint::ZERO)))
    }

    pub unsafe extern "C" fn value<T: Schedule>(this: *const c_void, at: *const SchedulePoint) -> f64 {
        let instance = &*(this as *const Instance<T>);
        let mut value = f64::NAN;
        // No error text: this call returns no status that it could belong to.
        let status = guarded(std::ptr::null(), || {
            value = instance.object.value(&read_struct(at, SchedulePoint::ZERO));
            Ok(())
        });
        if status != abi::PH_OK {
            Host(instance.host).log(abi::PH_LOG_ERROR, "value() panicked");
        }
        value
    }
}
