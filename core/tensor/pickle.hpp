#pragma once
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "tensor/pickle_globals.hpp"
#include "tensor/tensor_view.hpp"

namespace ph {

using PickleRef = std::uint32_t;  ///< index into Pickle::values

enum class PickleKind {
  none,
  boolean,
  integer,
  real,
  text,
  list,
  tuple,
  dict,
  global,
  storage,
  tensor,
  opaque
};

/// One value of a pickle. Containers refer to others by index: values may be shared and may even hold
/// themselves, so whoever walks them sets a limit.
struct PickleValue {
  PickleKind kind = PickleKind::none;
  std::int64_t integer = 0;  ///< boolean, integer; index of a storage or tensor
  double real = 0;
  std::string_view text;                 ///< text, as it stands in the pickle; opaque: what it is
  std::vector<PickleRef> items;          ///< list, tuple; dict: key, value, key, value, …
  const PickleGlobal* global = nullptr;  ///< global
};

/// What a tensor's elements lie in; the bytes are elsewhere in the file.
struct PickleStorage {
  std::string_view key;
  TensorType type = TensorType::f32;            ///< u8 for a storage without a type
  std::uint64_t elements = 0;                   ///< of the whole storage
  std::uint64_t view_begin = 0, view_size = 0;  ///< the part that is meant, in elements
};

struct PickleTensor {
  std::size_t storage = 0;
  TensorType type = TensorType::f32;
  std::uint64_t offset = 0;  ///< in elements of `type` from the storage's part
  std::vector<std::int64_t> shape, strides;
};

struct Pickle {
  std::vector<PickleValue> values;
  PickleRef root = 0;
  std::vector<PickleStorage> storages;
  std::vector<PickleTensor> tensors;
  std::size_t end = 0;  ///< bytes of the pickle
};

/// Reads a pickle of protocol 2, torch.save's, into values that view `bytes`. No code is run and no
/// Python is there: GLOBAL knows the names of find_pickle_global() and refuses others by name; calls of
/// them are understood as the tensors and containers they would build, or as opaque values.
/// Limits: 20 million operations, 2 million values, 200 000 tensors of 64 dimensions: some hundred MB at
/// the worst; nothing recurses.
/// Shapes and offsets are numbers as they stand there: whoever uses them checks them against the
/// storage. Throws Error(data) with `path`.
[[nodiscard]] Pickle read_pickle(const std::filesystem::path& path, std::string_view bytes);

}  // namespace ph
