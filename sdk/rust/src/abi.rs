// SPDX-License-Identifier: MIT
//! abi.h in Rust: made from it by a script, not by hand. What each thing means is said there.
#![allow(non_camel_case_types, missing_docs)]
use core::ffi::c_void;

pub const PH_ABI_MAJOR: u32 = 0;
pub const PH_ABI_MINOR: u32 = 9;
pub const PH_MAX_STRUCT_SIZE: u32 = 65536;
pub const PH_OK: i32 = 0;
pub const PH_ERR_INVALID_ARGUMENT: i32 = 1;
pub const PH_ERR_UNSUPPORTED: i32 = 2;
pub const PH_ERR_OUT_OF_MEMORY: i32 = 3;
pub const PH_ERR_NOT_FOUND: i32 = 4;
pub const PH_ERR_IO: i32 = 5;
pub const PH_ERR_FAILED: i32 = 6;
pub const PH_LOG_DEBUG: i32 = 0;
pub const PH_LOG_INFO: i32 = 1;
pub const PH_LOG_WARNING: i32 = 2;
pub const PH_LOG_ERROR: i32 = 3;
pub const PH_DTYPE_INT: i32 = 0;
pub const PH_DTYPE_UINT: i32 = 1;
pub const PH_DTYPE_FLOAT: i32 = 2;
pub const PH_DTYPE_BFLOAT: i32 = 4;
pub const PH_DTYPE_BOOL: i32 = 6;
pub const PH_DEVICE_CPU: i32 = 1;
pub const PH_DEVICE_CUDA: i32 = 2;
pub const PH_SERVICE_PARALLEL: &str = "posehost.parallel/0";
pub const PH_SERVICE_RANDOM: &str = "posehost.random/0";
pub const PH_SERVICE_VECTOR: &str = "posehost.vector/0";
pub const PH_SERVICE_LINALG: &str = "posehost.linalg/0";
pub const PH_SERVICE_ALL_REDUCE: &str = "posehost.all_reduce/0";
pub const PH_JSON_ABSENT: i32 = 0;
pub const PH_JSON_NULL: i32 = 1;
pub const PH_JSON_BOOL: i32 = 2;
pub const PH_JSON_INTEGER: i32 = 3;
pub const PH_JSON_NUMBER: i32 = 4;
pub const PH_JSON_STRING: i32 = 5;
pub const PH_JSON_ARRAY: i32 = 6;
pub const PH_JSON_OBJECT: i32 = 7;
pub const PH_KIND_OPTIMIZER: &str = "posehost.optimizer/0";
pub const PH_KIND_SCHEDULE: &str = "posehost.schedule/0";
pub const PH_KIND_PARAM_GROUPS: &str = "posehost.param_groups/0";
pub const PH_KIND_HOOK: &str = "posehost.hook/0";
pub const PH_NOTE_OWNER: &str = "posehost";
pub const PH_NOTE_PLUGIN: u32 = 1;
pub const PH_NOTE_COMPONENT: u32 = 2;
pub const PH_ROLE_NONE: i32 = 0;
pub const PH_ROLE_LR: i32 = 1;
pub const PH_ROLE_MOMENTUM: i32 = 2;
pub const PH_ROLE_WEIGHT_DECAY: i32 = 3;
pub const PH_HYPER_PER_GROUP: u32 = 1;
pub const PH_HYPER_SCHEDULABLE: u32 = 2;
pub const PH_OPT_ELEMENTWISE: u32 = 1;
pub const PH_OPT_PASSES: u32 = 2;
pub const PH_OPT_MATRIX: u32 = 4;
pub const PH_OPT_CLOSURE: u32 = 8;
pub const PH_OPT_MODE: u32 = 16;
pub const PH_PURPOSE_UPDATE: i32 = 0;
pub const PH_PURPOSE_EVAL: i32 = 1;
pub const PH_SLOT_AS_PARAM: i32 = 0;
pub const PH_SLOT_F32: i32 = 1;
pub const PH_SLOT_F64: i32 = 2;
pub const PH_SLOT_I64: i32 = 3;
pub const PH_SLOT_SHAPE_PARAM: i32 = 0;
pub const PH_SLOT_SHAPE_SCALAR: i32 = 1;
pub const PH_SLOT_SHAPE_REDUCED: i32 = 2;
pub const PH_SLOT_SHAPE_GLOBAL: i32 = 3;
pub const PH_SLOT_ZEROS: i32 = 0;
pub const PH_SLOT_ONES: i32 = 1;
pub const PH_SLOT_COPY: i32 = 2;
pub const PH_OBSERVED_EVALUATION: i32 = 0;
pub const PH_OBSERVED_VAL_EPOCH: i32 = 1;
pub const PH_OBSERVED_TRAIN_EPOCH: i32 = 2;
pub const PH_STAGE_BEFORE_RUN: i32 = 0;
pub const PH_STAGE_BEFORE_EPOCH: i32 = 1;
pub const PH_STAGE_BEFORE_TRAIN_EPOCH: i32 = 2;
pub const PH_STAGE_BEFORE_TRAIN_ITER: i32 = 3;
pub const PH_STAGE_AFTER_TRAIN_ITER: i32 = 4;
pub const PH_STAGE_AFTER_TRAIN_EPOCH: i32 = 5;
pub const PH_STAGE_BEFORE_VAL_EPOCH: i32 = 6;
pub const PH_STAGE_BEFORE_VAL_ITER: i32 = 7;
pub const PH_STAGE_AFTER_VAL_ITER: i32 = 8;
pub const PH_STAGE_AFTER_VAL_EPOCH: i32 = 9;
pub const PH_STAGE_AFTER_EPOCH: i32 = 10;
pub const PH_STAGE_AFTER_RUN: i32 = 11;
pub const PH_STAGE_BEFORE_OPTIMIZER_STEP: i32 = 12;
pub const PH_STAGE_AFTER_OPTIMIZER_STEP: i32 = 13;
pub const PH_STAGE_AFTER_EVALUATE: i32 = 14;
pub const PH_STAGE_BEFORE_EVALUATE: i32 = 15;
pub const PH_STAGE_BEFORE_SAVE: i32 = 16;
pub const PH_STAGE_AFTER_SAVE: i32 = 17;
pub const PH_STAGE_COUNT: i32 = 18;
pub const PH_PRIORITY_HIGHEST: i32 = 0;
pub const PH_PRIORITY_VERY_HIGH: i32 = 10;
pub const PH_PRIORITY_HIGH: i32 = 30;
pub const PH_PRIORITY_ABOVE_NORMAL: i32 = 40;
pub const PH_PRIORITY_NORMAL: i32 = 50;
pub const PH_PRIORITY_BELOW_NORMAL: i32 = 60;
pub const PH_PRIORITY_LOW: i32 = 70;
pub const PH_PRIORITY_VERY_LOW: i32 = 90;
pub const PH_PRIORITY_LOWEST: i32 = 100;
pub const PH_MODE_TRAIN: i32 = 0;
pub const PH_MODE_VAL: i32 = 1;
pub const PH_SAVE_OPTIMIZER: u32 = 1;
pub const PH_SAVE_LAST: u32 = 2;
pub const PH_PUBLISHED_TEXT: i32 = 0;
pub const PH_PUBLISHED_PICTURE: i32 = 1;
pub const PH_HOOK_MUTATES: u32 = 1;
pub const PH_SOURCE_PARAMETERS: u32 = 1;
pub const PH_SOURCE_BUFFERS: u32 = 2;
pub const PH_ENTRY_SYMBOL: &str = "posehost_plugin_query_v0";
pub const PH_ENTRY_SYMBOL_PREFIX: &str = "posehost_plugin_query_v";

pub type ph_visit_scalar = Option<unsafe extern "C" fn(*mut c_void, ph_str, f64)>;
pub type ph_visit_tensor = Option<unsafe extern "C" fn(*mut c_void, ph_str, *const ph_tensor)>;
pub type ph_plugin_query_fn = Option<unsafe extern "C" fn() -> *const ph_plugin>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_str {
    pub data: *const u8,
    pub len: i64,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_str {}
unsafe impl Send for ph_str {}
impl ph_str {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_dtype {
    pub code: u8,
    pub bits: u8,
    pub lanes: u16,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_dtype {}
unsafe impl Send for ph_dtype {}
impl ph_dtype {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_sink {
    pub size: u32,
    pub rev: u32,
    pub ctx: *mut c_void,
    pub write: Option<unsafe extern "C" fn(*mut c_void, *const u8, i64)>,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_sink {}
unsafe impl Send for ph_sink {}
impl ph_sink {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_host {
    pub size: u32,
    pub rev: u32,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub ctx: *mut c_void,
    pub set_error: Option<unsafe extern "C" fn(*mut c_void, i32, *const u8, i64)>,
    pub log: Option<unsafe extern "C" fn(*mut c_void, i32, *const u8, i64)>,
    pub get_service: Option<unsafe extern "C" fn(*mut c_void, ph_str) -> *const c_void>,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_host {}
unsafe impl Send for ph_host {}
impl ph_host {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_place {
    pub size: u32,
    pub rev: u32,
    pub device_type: i32,
    pub device_id: i32,
    pub stream: *mut c_void,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_place {}
unsafe impl Send for ph_place {}
impl ph_place {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_parallel {
    pub size: u32,
    pub rev: u32,
    pub ctx: *mut c_void,
    pub threads: Option<unsafe extern "C" fn(*mut c_void) -> i32>,
    pub run: Option<unsafe extern "C" fn(*mut c_void, i64, i64, Option<unsafe extern "C" fn(*mut c_void, i64, i64)>, *mut c_void)>,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_parallel {}
unsafe impl Send for ph_parallel {}
impl ph_parallel {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_random {
    pub size: u32,
    pub rev: u32,
    pub ctx: *mut c_void,
    pub bits: Option<unsafe extern "C" fn(*mut c_void, ph_str, i64, i64, *mut u64, i64)>,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_random {}
unsafe impl Send for ph_random {}
impl ph_random {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_vector {
    pub size: u32,
    pub rev: u32,
    pub ctx: *mut c_void,
    pub dot: Option<unsafe extern "C" fn(*mut c_void, *const ph_place, ph_dtype, i64, *const c_void, *const c_void, *mut f64) -> i32>,
    pub abs_sum: Option<unsafe extern "C" fn(*mut c_void, *const ph_place, ph_dtype, i64, *const c_void, *mut f64) -> i32>,
    pub abs_max: Option<unsafe extern "C" fn(*mut c_void, *const ph_place, ph_dtype, i64, *const c_void, *mut f64) -> i32>,
    pub axpby: Option<unsafe extern "C" fn(*mut c_void, *const ph_place, ph_dtype, i64, f64, *const c_void, f64, *mut c_void) -> i32>,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_vector {}
unsafe impl Send for ph_vector {}
impl ph_vector {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_matrix {
    pub size: u32,
    pub rev: u32,
    pub data: *mut c_void,
    pub rows: i64,
    pub cols: i64,
    pub row_stride: i64,
    pub col_stride: i64,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_matrix {}
unsafe impl Send for ph_matrix {}
impl ph_matrix {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_linalg {
    pub size: u32,
    pub rev: u32,
    pub ctx: *mut c_void,
    pub gemm: Option<unsafe extern "C" fn(*mut c_void, *const ph_place, ph_dtype, f64, *const ph_matrix, *const ph_matrix, f64, *const ph_matrix) -> i32>,
    pub row_sums: Option<unsafe extern "C" fn(*mut c_void, *const ph_place, ph_dtype, *const ph_matrix, i32, *mut c_void) -> i32>,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_linalg {}
unsafe impl Send for ph_linalg {}
impl ph_linalg {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_all_reduce {
    pub size: u32,
    pub rev: u32,
    pub ctx: *mut c_void,
    pub sum: Option<unsafe extern "C" fn(*mut c_void, *mut f64, i64) -> i32>,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_all_reduce {}
unsafe impl Send for ph_all_reduce {}
impl ph_all_reduce {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_config {
    pub size: u32,
    pub rev: u32,
    pub ctx: *const c_void,
    pub json: ph_str,
    pub r#type: Option<unsafe extern "C" fn(*const c_void, ph_str) -> i32>,
    pub count: Option<unsafe extern "C" fn(*const c_void, ph_str) -> i64>,
    pub get_f64: Option<unsafe extern "C" fn(*const c_void, ph_str, *mut f64) -> i32>,
    pub get_i64: Option<unsafe extern "C" fn(*const c_void, ph_str, *mut i64) -> i32>,
    pub get_bool: Option<unsafe extern "C" fn(*const c_void, ph_str, *mut i32) -> i32>,
    pub get_str: Option<unsafe extern "C" fn(*const c_void, ph_str, *mut ph_str) -> i32>,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_config {}
unsafe impl Send for ph_config {}
impl ph_config {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_component {
    pub size: u32,
    pub rev: u32,
    pub kind: ph_str,
    pub name: ph_str,
    pub doc: ph_str,
    pub schema: ph_str,
    pub create: Option<unsafe extern "C" fn(*const ph_host, *const ph_config, *mut *mut c_void) -> i32>,
    pub api: *const c_void,
    pub get_extension: Option<unsafe extern "C" fn(ph_str) -> *const c_void>,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_component {}
unsafe impl Send for ph_component {}
impl ph_component {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_plugin {
    pub size: u32,
    pub rev: u32,
    pub built_major: u32,
    pub built_minor: u32,
    pub min_host_minor: u32,
    pub reserved: u32,
    pub must_understand: u64,
    pub id: ph_str,
    pub version: ph_str,
    pub license: ph_str,
    pub author: ph_str,
    pub libraries: ph_str,
    pub components: *const *const ph_component,
    pub n_components: i64,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_plugin {}
unsafe impl Send for ph_plugin {}
impl ph_plugin {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_hyper {
    pub size: u32,
    pub rev: u32,
    pub name: ph_str,
    pub pointer: ph_str,
    pub role: i32,
    pub flags: u32,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_hyper {}
unsafe impl Send for ph_hyper {}
impl ph_hyper {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_slot {
    pub size: u32,
    pub rev: u32,
    pub name: ph_str,
    pub dtype: i32,
    pub shape: i32,
    pub init: i32,
    pub flags: u32,
    pub count: i64,
    pub axis: i32,
    pub min_ndim: i32,
    pub max_ndim: i32,
    pub reserved: i32,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_slot {}
unsafe impl Send for ph_slot {}
impl ph_slot {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_slots {
    pub size: u32,
    pub rev: u32,
    pub slots: *const *const ph_slot,
    pub n_slots: i64,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_slots {}
unsafe impl Send for ph_slots {}
impl ph_slots {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_param {
    pub size: u32,
    pub rev: u32,
    pub name: ph_str,
    pub index: u32,
    pub dtype: ph_dtype,
    pub device_type: i32,
    pub device_id: i32,
    pub ndim: i32,
    pub flags: u32,
    pub shape: *const i64,
    pub strides: *const i64,
    pub numel: i64,
    pub full_numel: i64,
    pub shard_offset: i64,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_param {}
unsafe impl Send for ph_param {}
impl ph_param {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_layout {
    pub size: u32,
    pub rev: u32,
    pub generation: u64,
    pub params: *const *const ph_param,
    pub n_params: i64,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_layout {}
unsafe impl Send for ph_layout {}
impl ph_layout {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_span {
    pub param: *mut c_void,
    pub grad: *const c_void,
    pub numel: i64,
    pub step: i64,
    pub slot: *const *mut c_void,
    pub index: u32,
    pub flags: u32,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_span {}
unsafe impl Send for ph_span {}
impl ph_span {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_scalars_args {
    pub size: u32,
    pub rev: u32,
    pub hyper: *const f64,
    pub n_hyper: i64,
    pub step: i64,
    pub out: *mut f64,
    pub n_out: i64,
    pub purpose: i32,
    pub pass: i32,
    pub index: u32,
    pub reserved: u32,
    pub numel: i64,
    pub sums: *const f64,
    pub totals: *const f64,
    pub slot: *const *mut c_void,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_scalars_args {}
unsafe impl Send for ph_scalars_args {}
impl ph_scalars_args {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_range_args {
    pub size: u32,
    pub rev: u32,
    pub spans: *const ph_span,
    pub n_spans: i64,
    pub span_stride: i64,
    pub scalars: *const f64,
    pub n_scalars: i64,
    pub dtype: ph_dtype,
    pub device_type: i32,
    pub device_id: i32,
    pub reserved: i32,
    pub stream: *mut c_void,
    pub purpose: i32,
    pub pass: i32,
    pub sums: *mut f64,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_range_args {}
unsafe impl Send for ph_range_args {}
impl ph_range_args {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_scratch {
    pub size: u32,
    pub rev: u32,
    pub ctx: *mut c_void,
    pub get: Option<unsafe extern "C" fn(*mut c_void, i64) -> *mut c_void>,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_scratch {}
unsafe impl Send for ph_scratch {}
impl ph_scratch {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_update_args {
    pub size: u32,
    pub rev: u32,
    pub param: *const ph_param,
    pub span: *const ph_span,
    pub scalars: *const f64,
    pub n_scalars: i64,
    pub place: *const ph_place,
    pub scratch: *const ph_scratch,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_update_args {}
unsafe impl Send for ph_update_args {}
impl ph_update_args {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_closure_args {
    pub size: u32,
    pub rev: u32,
    pub spans: *const ph_span,
    pub n_spans: i64,
    pub span_stride: i64,
    pub params: *const *const ph_param,
    pub hyper: *const *const f64,
    pub n_hyper: i64,
    pub globals: *const *mut c_void,
    pub step: i64,
    pub loss: f64,
    pub place: *const ph_place,
    pub scratch: *const ph_scratch,
    pub ctx: *mut c_void,
    pub evaluate: Option<unsafe extern "C" fn(*mut c_void, *mut f64) -> i32>,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_closure_args {}
unsafe impl Send for ph_closure_args {}
impl ph_closure_args {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_optimizer_api {
    pub size: u32,
    pub rev: u32,
    pub capabilities: u32,
    pub reserved: u32,
    pub hypers: *const *const ph_hyper,
    pub n_hypers: i64,
    pub n_scalars: i64,
    pub destroy: Option<unsafe extern "C" fn(*mut c_void)>,
    pub slots: Option<unsafe extern "C" fn(*const c_void, *mut ph_slots) -> i32>,
    pub prepare: Option<unsafe extern "C" fn(*mut c_void, *const ph_layout) -> i32>,
    pub scalars: Option<unsafe extern "C" fn(*const c_void, *const ph_scalars_args) -> i32>,
    pub range: Option<unsafe extern "C" fn(*const c_void, *const ph_range_args) -> i32>,
    pub n_passes: i64,
    pub n_sums: i64,
    pub update: Option<unsafe extern "C" fn(*const c_void, *const ph_update_args) -> i32>,
    pub step_all: Option<unsafe extern "C" fn(*const c_void, *const ph_closure_args) -> i32>,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_optimizer_api {}
unsafe impl Send for ph_optimizer_api {}
impl ph_optimizer_api {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_schedule_point {
    pub size: u32,
    pub rev: u32,
    pub iter: i64,
    pub opt_step: i64,
    pub epoch: i64,
    pub iters_per_epoch: i64,
    pub max_iters: i64,
    pub max_epochs: i64,
    pub by_epoch: i32,
    pub role: i32,
    pub group: i64,
    pub base: f64,
    pub prev: f64,
    pub n_groups: i64,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_schedule_point {}
unsafe impl Send for ph_schedule_point {}
impl ph_schedule_point {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_observation {
    pub size: u32,
    pub rev: u32,
    pub source: i32,
    pub reserved: u32,
    pub names: *const ph_str,
    pub values: *const f64,
    pub n: i64,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_observation {}
unsafe impl Send for ph_observation {}
impl ph_observation {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_schedule_api {
    pub size: u32,
    pub rev: u32,
    pub destroy: Option<unsafe extern "C" fn(*mut c_void)>,
    pub check: Option<unsafe extern "C" fn(*const c_void, *const ph_schedule_point) -> i32>,
    pub value: Option<unsafe extern "C" fn(*const c_void, *const ph_schedule_point) -> f64>,
    pub observe: Option<unsafe extern "C" fn(*mut c_void, *const ph_observation) -> i32>,
    pub save_state: Option<unsafe extern "C" fn(*const c_void, *const ph_sink) -> i32>,
    pub load_state: Option<unsafe extern "C" fn(*mut c_void, ph_str) -> i32>,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_schedule_api {}
unsafe impl Send for ph_schedule_api {}
impl ph_schedule_api {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_param_groups_api {
    pub size: u32,
    pub rev: u32,
    pub destroy: Option<unsafe extern "C" fn(*mut c_void)>,
    pub build: Option<unsafe extern "C" fn(*const c_void, ph_str, *const ph_sink) -> i32>,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_param_groups_api {}
unsafe impl Send for ph_param_groups_api {}
impl ph_param_groups_api {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_tensor {
    pub size: u32,
    pub rev: u32,
    pub data: *mut c_void,
    pub dtype: ph_dtype,
    pub device_type: i32,
    pub device_id: i32,
    pub ndim: i32,
    pub shape: *const i64,
    pub strides: *const i64,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_tensor {}
unsafe impl Send for ph_tensor {}
impl ph_tensor {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_save_request {
    pub size: u32,
    pub rev: u32,
    pub filename: ph_str,
    pub flags: u32,
    pub reserved: u32,
    pub remove: *const ph_str,
    pub n_remove: i64,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_save_request {}
unsafe impl Send for ph_save_request {}
impl ph_save_request {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_picture {
    pub size: u32,
    pub rev: u32,
    pub data: *const u8,
    pub width: i64,
    pub height: i64,
    pub channels: i64,
    pub stride: i64,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_picture {}
unsafe impl Send for ph_picture {}
impl ph_picture {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_published {
    pub size: u32,
    pub rev: u32,
    pub kind: i32,
    pub reserved: u32,
    pub from: ph_str,
    pub name: ph_str,
    pub text: ph_str,
    pub picture: *const ph_picture,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_published {}
unsafe impl Send for ph_published {}
impl ph_published {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_run {
    pub size: u32,
    pub rev: u32,
    pub ctx: *mut c_void,
    pub work_dir: ph_str,
    pub name: ph_str,
    pub seed: i64,
    pub rank: i32,
    pub world_size: i32,
    pub start_epoch: i64,
    pub start_iter: i64,
    pub n_groups: i64,
    pub scalar: Option<unsafe extern "C" fn(*mut c_void, ph_str, *mut f64) -> i32>,
    pub averages: Option<unsafe extern "C" fn(*mut c_void, i64, ph_visit_scalar, *mut c_void) -> i32>,
    pub metrics: Option<unsafe extern "C" fn(*mut c_void, ph_visit_scalar, *mut c_void) -> i32>,
    pub hyper: Option<unsafe extern "C" fn(*mut c_void, i64, ph_str, *mut f64) -> i32>,
    pub tensor: Option<unsafe extern "C" fn(*mut c_void, ph_str, *mut ph_tensor) -> i32>,
    pub publish_scalar: Option<unsafe extern "C" fn(*mut c_void, ph_str, f64)>,
    pub request_save: Option<unsafe extern "C" fn(*mut c_void, *const ph_save_request) -> i32>,
    pub request_evaluate: Option<unsafe extern "C" fn(*mut c_void) -> i32>,
    pub request_stop: Option<unsafe extern "C" fn(*mut c_void, ph_str) -> i32>,
    pub visit_tensors: Option<unsafe extern "C" fn(*mut c_void, ph_str, ph_visit_tensor, *mut c_void) -> i32>,
    pub combine: Option<unsafe extern "C" fn(*mut c_void, ph_str, f64, ph_str, f64) -> i32>,
    pub swap: Option<unsafe extern "C" fn(*mut c_void, ph_str, ph_str) -> i32>,
    pub set_hyper: Option<unsafe extern "C" fn(*mut c_void, i64, ph_str, f64) -> i32>,
    pub set_requires_grad: Option<unsafe extern "C" fn(*mut c_void, ph_str, i32) -> i32>,
    pub publish_text: Option<unsafe extern "C" fn(*mut c_void, ph_str, ph_str) -> i32>,
    pub publish_picture: Option<unsafe extern "C" fn(*mut c_void, ph_str, *const ph_picture) -> i32>,
    pub request_rollback: Option<unsafe extern "C" fn(*mut c_void) -> i32>,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_run {}
unsafe impl Send for ph_run {}
impl ph_run {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_hook_event {
    pub size: u32,
    pub rev: u32,
    pub stage: i32,
    pub mode: i32,
    pub epoch: i64,
    pub iter: i64,
    pub inner_iter: i64,
    pub iters_in_epoch: i64,
    pub iters_per_epoch: i64,
    pub max_epochs: i64,
    pub max_iters: i64,
    pub opt_step: i64,
    pub by_epoch: i32,
    pub last: i32,
    pub samples: i64,
    pub clock_ns: i64,
    pub run: *const ph_run,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_hook_event {}
unsafe impl Send for ph_hook_event {}
impl ph_hook_event {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_hook_info {
    pub size: u32,
    pub rev: u32,
    pub stages: u64,
    pub priority: i32,
    pub flags: u32,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_hook_info {}
unsafe impl Send for ph_hook_info {}
impl ph_hook_info {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_hook_slot {
    pub size: u32,
    pub rev: u32,
    pub name: ph_str,
    pub source: u32,
    pub init: i32,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_hook_slot {}
unsafe impl Send for ph_hook_slot {}
impl ph_hook_slot {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_hook_slots {
    pub size: u32,
    pub rev: u32,
    pub slots: *const *const ph_hook_slot,
    pub n_slots: i64,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_hook_slots {}
unsafe impl Send for ph_hook_slots {}
impl ph_hook_slots {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ph_hook_api {
    pub size: u32,
    pub rev: u32,
    pub destroy: Option<unsafe extern "C" fn(*mut c_void)>,
    pub info: Option<unsafe extern "C" fn(*const c_void, *mut ph_hook_info) -> i32>,
    pub on_stage: Option<unsafe extern "C" fn(*mut c_void, *const ph_hook_event) -> i32>,
    pub save_state: Option<unsafe extern "C" fn(*const c_void, *const ph_sink) -> i32>,
    pub load_state: Option<unsafe extern "C" fn(*mut c_void, ph_str) -> i32>,
    pub slots: Option<unsafe extern "C" fn(*const c_void, *mut ph_hook_slots) -> i32>,
    pub on_publish: Option<unsafe extern "C" fn(*mut c_void, *const ph_hook_event, *const ph_published) -> i32>,
}
// Constant tables are shared by threads; everything else is borrowed for one call.
unsafe impl Sync for ph_hook_api {}
unsafe impl Send for ph_hook_api {}
impl ph_hook_api {
    // Safety: zeros are a value of every struct of the ABI.
    pub const ZERO: Self = unsafe { core::mem::transmute([0u8; core::mem::size_of::<Self>()]) };
}

/// (name, size, [(field, offset, size)]) of each struct, as the compiler lays it out; for the tests.
#[doc(hidden)]
pub fn layout() -> Vec<(&'static str, usize, Vec<(&'static str, usize, usize)>)> {
    macro_rules! field {
        ($s:ident, $name:expr, $f:ident) => {{
            let value = $s::ZERO;
            let base = &value as *const $s as usize;
            let at = core::ptr::addr_of!(value.$f) as usize;
            ($name, at - base, core::mem::size_of_val(&value.$f))
        }};
    }
    vec![
        ("ph_str", core::mem::size_of::<ph_str>(), vec![
            field!(ph_str, "data", data),
            field!(ph_str, "len", len),
        ]),
        ("ph_dtype", core::mem::size_of::<ph_dtype>(), vec![
            field!(ph_dtype, "code", code),
            field!(ph_dtype, "bits", bits),
            field!(ph_dtype, "lanes", lanes),
        ]),
        ("ph_sink", core::mem::size_of::<ph_sink>(), vec![
            field!(ph_sink, "size", size),
            field!(ph_sink, "rev", rev),
            field!(ph_sink, "ctx", ctx),
            field!(ph_sink, "write", write),
        ]),
        ("ph_host", core::mem::size_of::<ph_host>(), vec![
            field!(ph_host, "size", size),
            field!(ph_host, "rev", rev),
            field!(ph_host, "abi_major", abi_major),
            field!(ph_host, "abi_minor", abi_minor),
            field!(ph_host, "ctx", ctx),
            field!(ph_host, "set_error", set_error),
            field!(ph_host, "log", log),
            field!(ph_host, "get_service", get_service),
        ]),
        ("ph_place", core::mem::size_of::<ph_place>(), vec![
            field!(ph_place, "size", size),
            field!(ph_place, "rev", rev),
            field!(ph_place, "device_type", device_type),
            field!(ph_place, "device_id", device_id),
            field!(ph_place, "stream", stream),
        ]),
        ("ph_parallel", core::mem::size_of::<ph_parallel>(), vec![
            field!(ph_parallel, "size", size),
            field!(ph_parallel, "rev", rev),
            field!(ph_parallel, "ctx", ctx),
            field!(ph_parallel, "threads", threads),
            field!(ph_parallel, "run", run),
        ]),
        ("ph_random", core::mem::size_of::<ph_random>(), vec![
            field!(ph_random, "size", size),
            field!(ph_random, "rev", rev),
            field!(ph_random, "ctx", ctx),
            field!(ph_random, "bits", bits),
        ]),
        ("ph_vector", core::mem::size_of::<ph_vector>(), vec![
            field!(ph_vector, "size", size),
            field!(ph_vector, "rev", rev),
            field!(ph_vector, "ctx", ctx),
            field!(ph_vector, "dot", dot),
            field!(ph_vector, "abs_sum", abs_sum),
            field!(ph_vector, "abs_max", abs_max),
            field!(ph_vector, "axpby", axpby),
        ]),
        ("ph_matrix", core::mem::size_of::<ph_matrix>(), vec![
            field!(ph_matrix, "size", size),
            field!(ph_matrix, "rev", rev),
            field!(ph_matrix, "data", data),
            field!(ph_matrix, "rows", rows),
            field!(ph_matrix, "cols", cols),
            field!(ph_matrix, "row_stride", row_stride),
            field!(ph_matrix, "col_stride", col_stride),
        ]),
        ("ph_linalg", core::mem::size_of::<ph_linalg>(), vec![
            field!(ph_linalg, "size", size),
            field!(ph_linalg, "rev", rev),
            field!(ph_linalg, "ctx", ctx),
            field!(ph_linalg, "gemm", gemm),
            field!(ph_linalg, "row_sums", row_sums),
        ]),
        ("ph_all_reduce", core::mem::size_of::<ph_all_reduce>(), vec![
            field!(ph_all_reduce, "size", size),
            field!(ph_all_reduce, "rev", rev),
            field!(ph_all_reduce, "ctx", ctx),
            field!(ph_all_reduce, "sum", sum),
        ]),
        ("ph_config", core::mem::size_of::<ph_config>(), vec![
            field!(ph_config, "size", size),
            field!(ph_config, "rev", rev),
            field!(ph_config, "ctx", ctx),
            field!(ph_config, "json", json),
            field!(ph_config, "type", r#type),
            field!(ph_config, "count", count),
            field!(ph_config, "get_f64", get_f64),
            field!(ph_config, "get_i64", get_i64),
            field!(ph_config, "get_bool", get_bool),
            field!(ph_config, "get_str", get_str),
        ]),
        ("ph_component", core::mem::size_of::<ph_component>(), vec![
            field!(ph_component, "size", size),
            field!(ph_component, "rev", rev),
            field!(ph_component, "kind", kind),
            field!(ph_component, "name", name),
            field!(ph_component, "doc", doc),
            field!(ph_component, "schema", schema),
            field!(ph_component, "create", create),
            field!(ph_component, "api", api),
            field!(ph_component, "get_extension", get_extension),
        ]),
        ("ph_plugin", core::mem::size_of::<ph_plugin>(), vec![
            field!(ph_plugin, "size", size),
            field!(ph_plugin, "rev", rev),
            field!(ph_plugin, "built_major", built_major),
            field!(ph_plugin, "built_minor", built_minor),
            field!(ph_plugin, "min_host_minor", min_host_minor),
            field!(ph_plugin, "reserved", reserved),
            field!(ph_plugin, "must_understand", must_understand),
            field!(ph_plugin, "id", id),
            field!(ph_plugin, "version", version),
            field!(ph_plugin, "license", license),
            field!(ph_plugin, "author", author),
            field!(ph_plugin, "libraries", libraries),
            field!(ph_plugin, "components", components),
            field!(ph_plugin, "n_components", n_components),
        ]),
        ("ph_hyper", core::mem::size_of::<ph_hyper>(), vec![
            field!(ph_hyper, "size", size),
            field!(ph_hyper, "rev", rev),
            field!(ph_hyper, "name", name),
            field!(ph_hyper, "pointer", pointer),
            field!(ph_hyper, "role", role),
            field!(ph_hyper, "flags", flags),
        ]),
        ("ph_slot", core::mem::size_of::<ph_slot>(), vec![
            field!(ph_slot, "size", size),
            field!(ph_slot, "rev", rev),
            field!(ph_slot, "name", name),
            field!(ph_slot, "dtype", dtype),
            field!(ph_slot, "shape", shape),
            field!(ph_slot, "init", init),
            field!(ph_slot, "flags", flags),
            field!(ph_slot, "count", count),
            field!(ph_slot, "axis", axis),
            field!(ph_slot, "min_ndim", min_ndim),
            field!(ph_slot, "max_ndim", max_ndim),
            field!(ph_slot, "reserved", reserved),
        ]),
        ("ph_slots", core::mem::size_of::<ph_slots>(), vec![
            field!(ph_slots, "size", size),
            field!(ph_slots, "rev", rev),
            field!(ph_slots, "slots", slots),
            field!(ph_slots, "n_slots", n_slots),
        ]),
        ("ph_param", core::mem::size_of::<ph_param>(), vec![
            field!(ph_param, "size", size),
            field!(ph_param, "rev", rev),
            field!(ph_param, "name", name),
            field!(ph_param, "index", index),
            field!(ph_param, "dtype", dtype),
            field!(ph_param, "device_type", device_type),
            field!(ph_param, "device_id", device_id),
            field!(ph_param, "ndim", ndim),
            field!(ph_param, "flags", flags),
            field!(ph_param, "shape", shape),
            field!(ph_param, "strides", strides),
            field!(ph_param, "numel", numel),
            field!(ph_param, "full_numel", full_numel),
            field!(ph_param, "shard_offset", shard_offset),
        ]),
        ("ph_layout", core::mem::size_of::<ph_layout>(), vec![
            field!(ph_layout, "size", size),
            field!(ph_layout, "rev", rev),
            field!(ph_layout, "generation", generation),
            field!(ph_layout, "params", params),
            field!(ph_layout, "n_params", n_params),
        ]),
        ("ph_span", core::mem::size_of::<ph_span>(), vec![
            field!(ph_span, "param", param),
            field!(ph_span, "grad", grad),
            field!(ph_span, "numel", numel),
            field!(ph_span, "step", step),
            field!(ph_span, "slot", slot),
            field!(ph_span, "index", index),
            field!(ph_span, "flags", flags),
        ]),
        ("ph_scalars_args", core::mem::size_of::<ph_scalars_args>(), vec![
            field!(ph_scalars_args, "size", size),
            field!(ph_scalars_args, "rev", rev),
            field!(ph_scalars_args, "hyper", hyper),
            field!(ph_scalars_args, "n_hyper", n_hyper),
            field!(ph_scalars_args, "step", step),
            field!(ph_scalars_args, "out", out),
            field!(ph_scalars_args, "n_out", n_out),
            field!(ph_scalars_args, "purpose", purpose),
            field!(ph_scalars_args, "pass", pass),
            field!(ph_scalars_args, "index", index),
            field!(ph_scalars_args, "reserved", reserved),
            field!(ph_scalars_args, "numel", numel),
            field!(ph_scalars_args, "sums", sums),
            field!(ph_scalars_args, "totals", totals),
            field!(ph_scalars_args, "slot", slot),
        ]),
        ("ph_range_args", core::mem::size_of::<ph_range_args>(), vec![
            field!(ph_range_args, "size", size),
            field!(ph_range_args, "rev", rev),
            field!(ph_range_args, "spans", spans),
            field!(ph_range_args, "n_spans", n_spans),
            field!(ph_range_args, "span_stride", span_stride),
            field!(ph_range_args, "scalars", scalars),
            field!(ph_range_args, "n_scalars", n_scalars),
            field!(ph_range_args, "dtype", dtype),
            field!(ph_range_args, "device_type", device_type),
            field!(ph_range_args, "device_id", device_id),
            field!(ph_range_args, "reserved", reserved),
            field!(ph_range_args, "stream", stream),
            field!(ph_range_args, "purpose", purpose),
            field!(ph_range_args, "pass", pass),
            field!(ph_range_args, "sums", sums),
        ]),
        ("ph_scratch", core::mem::size_of::<ph_scratch>(), vec![
            field!(ph_scratch, "size", size),
            field!(ph_scratch, "rev", rev),
            field!(ph_scratch, "ctx", ctx),
            field!(ph_scratch, "get", get),
        ]),
        ("ph_update_args", core::mem::size_of::<ph_update_args>(), vec![
            field!(ph_update_args, "size", size),
            field!(ph_update_args, "rev", rev),
            field!(ph_update_args, "param", param),
            field!(ph_update_args, "span", span),
            field!(ph_update_args, "scalars", scalars),
            field!(ph_update_args, "n_scalars", n_scalars),
            field!(ph_update_args, "place", place),
            field!(ph_update_args, "scratch", scratch),
        ]),
        ("ph_closure_args", core::mem::size_of::<ph_closure_args>(), vec![
            field!(ph_closure_args, "size", size),
            field!(ph_closure_args, "rev", rev),
            field!(ph_closure_args, "spans", spans),
            field!(ph_closure_args, "n_spans", n_spans),
            field!(ph_closure_args, "span_stride", span_stride),
            field!(ph_closure_args, "params", params),
            field!(ph_closure_args, "hyper", hyper),
            field!(ph_closure_args, "n_hyper", n_hyper),
            field!(ph_closure_args, "globals", globals),
            field!(ph_closure_args, "step", step),
            field!(ph_closure_args, "loss", loss),
            field!(ph_closure_args, "place", place),
            field!(ph_closure_args, "scratch", scratch),
            field!(ph_closure_args, "ctx", ctx),
            field!(ph_closure_args, "evaluate", evaluate),
        ]),
        ("ph_optimizer_api", core::mem::size_of::<ph_optimizer_api>(), vec![
            field!(ph_optimizer_api, "size", size),
            field!(ph_optimizer_api, "rev", rev),
            field!(ph_optimizer_api, "capabilities", capabilities),
            field!(ph_optimizer_api, "reserved", reserved),
            field!(ph_optimizer_api, "hypers", hypers),
            field!(ph_optimizer_api, "n_hypers", n_hypers),
            field!(ph_optimizer_api, "n_scalars", n_scalars),
            field!(ph_optimizer_api, "destroy", destroy),
            field!(ph_optimizer_api, "slots", slots),
            field!(ph_optimizer_api, "prepare", prepare),
            field!(ph_optimizer_api, "scalars", scalars),
            field!(ph_optimizer_api, "range", range),
            field!(ph_optimizer_api, "n_passes", n_passes),
            field!(ph_optimizer_api, "n_sums", n_sums),
            field!(ph_optimizer_api, "update", update),
            field!(ph_optimizer_api, "step_all", step_all),
        ]),
        ("ph_schedule_point", core::mem::size_of::<ph_schedule_point>(), vec![
            field!(ph_schedule_point, "size", size),
            field!(ph_schedule_point, "rev", rev),
            field!(ph_schedule_point, "iter", iter),
            field!(ph_schedule_point, "opt_step", opt_step),
            field!(ph_schedule_point, "epoch", epoch),
            field!(ph_schedule_point, "iters_per_epoch", iters_per_epoch),
            field!(ph_schedule_point, "max_iters", max_iters),
            field!(ph_schedule_point, "max_epochs", max_epochs),
            field!(ph_schedule_point, "by_epoch", by_epoch),
            field!(ph_schedule_point, "role", role),
            field!(ph_schedule_point, "group", group),
            field!(ph_schedule_point, "base", base),
            field!(ph_schedule_point, "prev", prev),
            field!(ph_schedule_point, "n_groups", n_groups),
        ]),
        ("ph_observation", core::mem::size_of::<ph_observation>(), vec![
            field!(ph_observation, "size", size),
            field!(ph_observation, "rev", rev),
            field!(ph_observation, "source", source),
            field!(ph_observation, "reserved", reserved),
            field!(ph_observation, "names", names),
            field!(ph_observation, "values", values),
            field!(ph_observation, "n", n),
        ]),
        ("ph_schedule_api", core::mem::size_of::<ph_schedule_api>(), vec![
            field!(ph_schedule_api, "size", size),
            field!(ph_schedule_api, "rev", rev),
            field!(ph_schedule_api, "destroy", destroy),
            field!(ph_schedule_api, "check", check),
            field!(ph_schedule_api, "value", value),
            field!(ph_schedule_api, "observe", observe),
            field!(ph_schedule_api, "save_state", save_state),
            field!(ph_schedule_api, "load_state", load_state),
        ]),
        ("ph_param_groups_api", core::mem::size_of::<ph_param_groups_api>(), vec![
            field!(ph_param_groups_api, "size", size),
            field!(ph_param_groups_api, "rev", rev),
            field!(ph_param_groups_api, "destroy", destroy),
            field!(ph_param_groups_api, "build", build),
        ]),
        ("ph_tensor", core::mem::size_of::<ph_tensor>(), vec![
            field!(ph_tensor, "size", size),
            field!(ph_tensor, "rev", rev),
            field!(ph_tensor, "data", data),
            field!(ph_tensor, "dtype", dtype),
            field!(ph_tensor, "device_type", device_type),
            field!(ph_tensor, "device_id", device_id),
            field!(ph_tensor, "ndim", ndim),
            field!(ph_tensor, "shape", shape),
            field!(ph_tensor, "strides", strides),
        ]),
        ("ph_save_request", core::mem::size_of::<ph_save_request>(), vec![
            field!(ph_save_request, "size", size),
            field!(ph_save_request, "rev", rev),
            field!(ph_save_request, "filename", filename),
            field!(ph_save_request, "flags", flags),
            field!(ph_save_request, "reserved", reserved),
            field!(ph_save_request, "remove", remove),
            field!(ph_save_request, "n_remove", n_remove),
        ]),
        ("ph_picture", core::mem::size_of::<ph_picture>(), vec![
            field!(ph_picture, "size", size),
            field!(ph_picture, "rev", rev),
            field!(ph_picture, "data", data),
            field!(ph_picture, "width", width),
            field!(ph_picture, "height", height),
            field!(ph_picture, "channels", channels),
            field!(ph_picture, "stride", stride),
        ]),
        ("ph_published", core::mem::size_of::<ph_published>(), vec![
            field!(ph_published, "size", size),
            field!(ph_published, "rev", rev),
            field!(ph_published, "kind", kind),
            field!(ph_published, "reserved", reserved),
            field!(ph_published, "from", from),
            field!(ph_published, "name", name),
            field!(ph_published, "text", text),
            field!(ph_published, "picture", picture),
        ]),
        ("ph_run", core::mem::size_of::<ph_run>(), vec![
            field!(ph_run, "size", size),
            field!(ph_run, "rev", rev),
            field!(ph_run, "ctx", ctx),
            field!(ph_run, "work_dir", work_dir),
            field!(ph_run, "name", name),
            field!(ph_run, "seed", seed),
            field!(ph_run, "rank", rank),
            field!(ph_run, "world_size", world_size),
            field!(ph_run, "start_epoch", start_epoch),
            field!(ph_run, "start_iter", start_iter),
            field!(ph_run, "n_groups", n_groups),
            field!(ph_run, "scalar", scalar),
            field!(ph_run, "averages", averages),
            field!(ph_run, "metrics", metrics),
            field!(ph_run, "hyper", hyper),
            field!(ph_run, "tensor", tensor),
            field!(ph_run, "publish_scalar", publish_scalar),
            field!(ph_run, "request_save", request_save),
            field!(ph_run, "request_evaluate", request_evaluate),
            field!(ph_run, "request_stop", request_stop),
            field!(ph_run, "visit_tensors", visit_tensors),
            field!(ph_run, "combine", combine),
            field!(ph_run, "swap", swap),
            field!(ph_run, "set_hyper", set_hyper),
            field!(ph_run, "set_requires_grad", set_requires_grad),
            field!(ph_run, "publish_text", publish_text),
            field!(ph_run, "publish_picture", publish_picture),
            field!(ph_run, "request_rollback", request_rollback),
        ]),
        ("ph_hook_event", core::mem::size_of::<ph_hook_event>(), vec![
            field!(ph_hook_event, "size", size),
            field!(ph_hook_event, "rev", rev),
            field!(ph_hook_event, "stage", stage),
            field!(ph_hook_event, "mode", mode),
            field!(ph_hook_event, "epoch", epoch),
            field!(ph_hook_event, "iter", iter),
            field!(ph_hook_event, "inner_iter", inner_iter),
            field!(ph_hook_event, "iters_in_epoch", iters_in_epoch),
            field!(ph_hook_event, "iters_per_epoch", iters_per_epoch),
            field!(ph_hook_event, "max_epochs", max_epochs),
            field!(ph_hook_event, "max_iters", max_iters),
            field!(ph_hook_event, "opt_step", opt_step),
            field!(ph_hook_event, "by_epoch", by_epoch),
            field!(ph_hook_event, "last", last),
            field!(ph_hook_event, "samples", samples),
            field!(ph_hook_event, "clock_ns", clock_ns),
            field!(ph_hook_event, "run", run),
        ]),
        ("ph_hook_info", core::mem::size_of::<ph_hook_info>(), vec![
            field!(ph_hook_info, "size", size),
            field!(ph_hook_info, "rev", rev),
            field!(ph_hook_info, "stages", stages),
            field!(ph_hook_info, "priority", priority),
            field!(ph_hook_info, "flags", flags),
        ]),
        ("ph_hook_slot", core::mem::size_of::<ph_hook_slot>(), vec![
            field!(ph_hook_slot, "size", size),
            field!(ph_hook_slot, "rev", rev),
            field!(ph_hook_slot, "name", name),
            field!(ph_hook_slot, "source", source),
            field!(ph_hook_slot, "init", init),
        ]),
        ("ph_hook_slots", core::mem::size_of::<ph_hook_slots>(), vec![
            field!(ph_hook_slots, "size", size),
            field!(ph_hook_slots, "rev", rev),
            field!(ph_hook_slots, "slots", slots),
            field!(ph_hook_slots, "n_slots", n_slots),
        ]),
        ("ph_hook_api", core::mem::size_of::<ph_hook_api>(), vec![
            field!(ph_hook_api, "size", size),
            field!(ph_hook_api, "rev", rev),
            field!(ph_hook_api, "destroy", destroy),
            field!(ph_hook_api, "info", info),
            field!(ph_hook_api, "on_stage", on_stage),
            field!(ph_hook_api, "save_state", save_state),
            field!(ph_hook_api, "load_state", load_state),
            field!(ph_hook_api, "slots", slots),
            field!(ph_hook_api, "on_publish", on_publish),
        ]),
    ]
}
