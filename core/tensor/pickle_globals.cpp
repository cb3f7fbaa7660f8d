// The Python names that may stand in a file of torch.save. Whatever is not here is refused.
#include "tensor/pickle_globals.hpp"

namespace ph {
namespace {

using Role = GlobalRole;
using Type = TensorType;

constexpr PickleGlobal known[] = {
    // Tensors: torch/_utils.py and torch/_tensor.py of torch 0.1 to 2.11.
    {"torch._utils", "_rebuild_tensor_v2", Role::rebuild_tensor},
    {"torch._utils", "_rebuild_tensor", Role::rebuild_tensor},
    {"torch._utils", "_rebuild_tensor_v3", Role::rebuild_tensor_with_type},
    {"torch._utils", "_rebuild_parameter", Role::rebuild_parameter},
    {"torch._utils", "_rebuild_parameter_with_state", Role::rebuild_parameter},
    {"torch._tensor", "_rebuild_from_type_v2", Role::rebuild_from_type},
    {"torch", "Tensor", Role::opaque},
    {"torch.nn.parameter", "Parameter", Role::opaque},
    {"torch.nn.parameter", "Buffer", Role::opaque},

    {"torch", "FloatStorage", Role::storage, Type::f32},
    {"torch", "DoubleStorage", Role::storage, Type::f64},
    {"torch", "HalfStorage", Role::storage, Type::f16},
    {"torch", "BFloat16Storage", Role::storage, Type::bf16},
    {"torch", "LongStorage", Role::storage, Type::i64},
    {"torch", "IntStorage", Role::storage, Type::i32},
    {"torch", "ShortStorage", Role::storage, Type::i16},
    {"torch", "CharStorage", Role::storage, Type::i8},
    {"torch", "ByteStorage", Role::storage, Type::u8},
    {"torch", "BoolStorage", Role::storage, Type::boolean},
    {"torch.storage", "UntypedStorage", Role::storage, Type::u8},
    {"torch", "UntypedStorage", Role::storage, Type::u8},
    {"torch.cuda", "FloatStorage", Role::storage, Type::f32},
    {"torch.cuda", "DoubleStorage", Role::storage, Type::f64},
    {"torch.cuda", "HalfStorage", Role::storage, Type::f16},
    {"torch.cuda", "BFloat16Storage", Role::storage, Type::bf16},
    {"torch.cuda", "LongStorage", Role::storage, Type::i64},
    {"torch.cuda", "IntStorage", Role::storage, Type::i32},
    {"torch.cuda", "ShortStorage", Role::storage, Type::i16},
    {"torch.cuda", "CharStorage", Role::storage, Type::i8},
    {"torch.cuda", "ByteStorage", Role::storage, Type::u8},
    {"torch.cuda", "BoolStorage", Role::storage, Type::boolean},

    {"torch", "float32", Role::element_type, Type::f32},
    {"torch", "float64", Role::element_type, Type::f64},
    {"torch", "float16", Role::element_type, Type::f16},
    {"torch", "bfloat16", Role::element_type, Type::bf16},
    {"torch", "int64", Role::element_type, Type::i64},
    {"torch", "int32", Role::element_type, Type::i32},
    {"torch", "int16", Role::element_type, Type::i16},
    {"torch", "int8", Role::element_type, Type::i8},
    {"torch", "uint64", Role::element_type, Type::u64},
    {"torch", "uint32", Role::element_type, Type::u32},
    {"torch", "uint16", Role::element_type, Type::u16},
    {"torch", "uint8", Role::element_type, Type::u8},
    {"torch", "bool", Role::element_type, Type::boolean},

    // Containers and values of Python itself; Python 3 writes its builtins under Python 2's name.
    {"collections", "OrderedDict", Role::ordered_dict},
    {"collections", "defaultdict", Role::default_dict},
    {"collections", "Counter", Role::opaque},
    {"_codecs", "encode", Role::bytes},
    {"__builtin__", "getattr", Role::attribute},
    {"__builtin__", "bytes", Role::opaque},
    {"__builtin__", "bytearray", Role::opaque},
    {"__builtin__", "bool", Role::opaque},
    {"__builtin__", "int", Role::opaque},
    {"__builtin__", "long", Role::opaque},
    {"__builtin__", "float", Role::opaque},
    {"__builtin__", "complex", Role::opaque},
    {"__builtin__", "str", Role::opaque},
    {"__builtin__", "list", Role::opaque},
    {"__builtin__", "tuple", Role::opaque},
    {"__builtin__", "dict", Role::opaque},
    {"__builtin__", "set", Role::opaque},
    {"__builtin__", "frozenset", Role::opaque},
    {"argparse", "Namespace", Role::opaque},
    {"datetime", "date", Role::opaque},
    {"datetime", "datetime", Role::opaque},
    {"pathlib", "PosixPath", Role::opaque},
    {"pathlib", "WindowsPath", Role::opaque},

    // Facts beside the weights: sizes, devices, numpy numbers, mmengine's log of the training.
    {"torch", "Size", Role::opaque},
    {"torch", "device", Role::opaque},
    {"numpy", "dtype", Role::opaque},
    {"numpy", "ndarray", Role::opaque},
    {"numpy.core.multiarray", "_reconstruct", Role::opaque},
    {"numpy.core.multiarray", "scalar", Role::opaque},
    {"numpy._core.multiarray", "_reconstruct", Role::opaque},
    {"numpy._core.multiarray", "scalar", Role::opaque},
    {"mmengine.logging.history_buffer", "HistoryBuffer", Role::opaque},
    {"mmengine.config.config", "ConfigDict", Role::opaque},
    {"mmcv.utils.config", "ConfigDict", Role::opaque},
    {"addict.addict", "Dict", Role::opaque},
};

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace

const PickleGlobal* find_pickle_global(std::string_view module, std::string_view name) noexcept {
  for (const auto& row : known) {
    if (name == row.name && module == row.module) return &row;
  }
  return nullptr;
}

const char* refused_global_advice(std::string_view module, std::string_view name) noexcept {
  const bool of_torch = module == "torch" || module == "torch.cuda" || module == "torch._utils";
  if (of_torch && has(name, "sparse"))
    return "in Python: make the tensor dense, tensor.to_dense(), and save again";
  if (of_torch && (has(name, "omplex") || has(name, "Float8") || has(name, "float8") || has(name, "QInt") ||
                   has(name, "QUInt") || has(name, "qtensor"))) {
    return "in Python: convert the tensor to float32 and save again";
  }
  if (of_torch || module.substr(0, 6) == "torch.")
    return "in Python: torch.save(model.state_dict(), \"weights.pth\")";
  return "do not load a file in Python that you do not trust: this name would be imported and perhaps run; "
         "from a file that you trust, save the weights alone: torch.save(model.state_dict(), "
         "\"weights.pth\")";
}

}  // namespace ph
