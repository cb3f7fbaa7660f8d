// SPDX-License-Identifier: MIT

/// Once per plugin: descriptor, notes and the one export.
///
/// ```ignore
/// posehost_sdk::plugin! {
///     id: "com.acme.sgd",
///     version: "1.0.0",
///     license: "MIT",
///     author: "",
///     components: [optimizer Sgd, schedule Ramp],
/// }
/// ```
#[macro_export]
macro_rules! plugin {
    (id: $id:literal, version: $version:literal, license: $license:literal, author: $author:literal,
     components: [$($kind:ident $ty:ident),+ $(,)?] $(,)?) => {
        #[doc(hidden)]
        #[no_mangle]
        pub extern "C" fn posehost_plugin_query_v0() -> *const $crate::abi::ph_plugin {
            use $crate::abi;
            use $crate::text::{note, padded, to_ph, Note, Text};
            const N: usize = [$(stringify!($ty)),+].len();
            static COMPONENTS: [&abi::ph_component; N] = [$($crate::plugin!(@component $kind $ty)),+];

            const fn put_note<const M: usize>(out: Text<M>) -> Text<M> {
                out.put("{\"abi\":[").number(abi::PH_ABI_MAJOR as u64).put(",").number(abi::PH_ABI_MINOR as u64)
                    .put("],\"min_host_minor\":").number($crate::TARGET_MINOR as u64)
                    .put(",\"must_understand\":0,\"id\":").quoted($id)
                    .put(",\"version\":").quoted($version).put(",\"license\":").quoted($license)
                    .put(",\"author\":").quoted($author)
                    .put(",\"libraries\":\"\",\"components\":").number(N as u64).put("}")
            }
            const SIZE: usize = padded(put_note(Text::<0>::new()).len);
            #[used]
            #[link_section = ".note.posehost"]
            static NOTE: Note<SIZE> = note(abi::PH_NOTE_PLUGIN as u32, put_note(Text::<SIZE>::new()));

            static PLUGIN: abi::ph_plugin = abi::ph_plugin {
                size: core::mem::size_of::<abi::ph_plugin>() as u32,
                built_major: abi::PH_ABI_MAJOR as u32,
                built_minor: abi::PH_ABI_MINOR as u32,
                min_host_minor: $crate::TARGET_MINOR,
                id: to_ph($id),
                version: to_ph($version),
                license: to_ph($license),
                author: to_ph($author),
                libraries: to_ph(""),
                components: unsafe { core::mem::transmute(&COMPONENTS) },
                n_components: N as i64,
                ..abi::ph_plugin::ZERO
            };
            &PLUGIN
        }
    };

    (@component optimizer $ty:ident) => {{
        const N_HYPERS: usize = $crate::detail::count_hypers(<<$ty as $crate::Optimizer>::Args as $crate::Args>::ROWS);
        const _: () = assert!(N_HYPERS >= 1, "an optimizer has at least one hyper-parameter: give an argument a role");
        const _: () = assert!(<$ty as $crate::Optimizer>::N_SCALARS <= 64, "at most 64 scalars");
        static HYPERS: [abi::ph_hyper; N_HYPERS] =
            $crate::detail::hypers(<<$ty as $crate::Optimizer>::Args as $crate::Args>::ROWS);
        static HYPER_LIST: [&abi::ph_hyper; N_HYPERS] = {
            let mut list = [&HYPERS[0]; N_HYPERS];
            let mut i = 1;
            while i < N_HYPERS {
                list[i] = &HYPERS[i];
                i += 1;
            }
            list
        };
        static API: abi::ph_optimizer_api = abi::ph_optimizer_api {
            size: core::mem::size_of::<abi::ph_optimizer_api>() as u32,
            capabilities: abi::PH_OPT_ELEMENTWISE as u32,
            hypers: unsafe { core::mem::transmute(&HYPER_LIST) },
            n_hypers: N_HYPERS as i64,
            n_scalars: <$ty as $crate::Optimizer>::N_SCALARS as i64,
            destroy: Some($crate::detail::optimizer::destroy::<$ty>),
            slots: Some($crate::detail::optimizer::slots::<$ty>),
            scalars: Some($crate::detail::optimizer::scalars::<$ty>),
            range: Some($crate::detail::optimizer::range::<$ty>),
            ..abi::ph_optimizer_api::ZERO
        };
        $crate::plugin!(@describe Optimizer optimizer $ty, abi::PH_KIND_OPTIMIZER)
    }};
    (@component schedule $ty:ident) => {{
        static API: abi::ph_schedule_api = abi::ph_schedule_api {
            size: core::mem::size_of::<abi::ph_schedule_api>() as u32,
            destroy: Some($crate::detail::schedule::destroy::<$ty>),
            check: Some($crate::detail::schedule::check::<$ty>),
            value: Some($crate::detail::schedule::value::<$ty>),
            ..abi::ph_schedule_api::ZERO
        };
        $crate::plugin!(@describe Schedule schedule $ty, abi::PH_KIND_SCHEDULE)
    }};

    (@describe $trait:ident $thunks:ident $ty:ident, $kind:expr) => {{
        type Row = $crate::Row;
        const ROWS: &[Row] = <<$ty as $crate::$trait>::Args as $crate::Args>::ROWS;
        const SCHEMA_SIZE: usize = $crate::detail::put_schema(Text::<0>::new(), ROWS).len;
        static SCHEMA: [u8; SCHEMA_SIZE] = $crate::detail::put_schema(Text::<SCHEMA_SIZE>::new(), ROWS).bytes;

        const fn put_component<const M: usize>(out: Text<M>) -> Text<M> {
            let out = out.put("{\"kind\":").quoted($kind).put(",\"name\":").quoted(<$ty as $crate::$trait>::NAME)
                .put(",\"doc\":").quoted(<$ty as $crate::$trait>::DOC).put(",\"schema\":");
            $crate::detail::put_schema(out, ROWS).put("}")
        }
        const NOTE_SIZE: usize = padded(put_component(Text::<0>::new()).len);
        #[used]
        #[link_section = ".note.posehost"]
        static COMPONENT_NOTE: Note<NOTE_SIZE> =
            note(abi::PH_NOTE_COMPONENT as u32, put_component(Text::<NOTE_SIZE>::new()));

        static COMPONENT: abi::ph_component = abi::ph_component {
            size: core::mem::size_of::<abi::ph_component>() as u32,
            kind: to_ph($kind),
            name: to_ph(<$ty as $crate::$trait>::NAME),
            doc: to_ph(<$ty as $crate::$trait>::DOC),
            schema: abi::ph_str { data: unsafe { core::mem::transmute(&SCHEMA) }, len: SCHEMA_SIZE as i64 },
            create: Some($crate::detail::$thunks::create::<$ty>),
            api: unsafe { core::mem::transmute(&API) },
            ..abi::ph_component::ZERO
        };
        &COMPONENT
    }};
}
