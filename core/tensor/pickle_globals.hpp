#pragma once
#include <string_view>

#include "tensor/tensor_view.hpp"

namespace ph {

/// What a Python name in a pickle stands for.
enum class GlobalRole {
  ordered_dict,              ///< called without arguments, or with a list of pairs
  default_dict,              ///< called with what makes missing values
  rebuild_tensor,            ///< storage, offset, shape, strides, …
  rebuild_tensor_with_type,  ///< the same, the element type at the seventh place
  rebuild_parameter,         ///< the tensor is the first argument
  rebuild_from_type,         ///< function, class, the function's arguments, attributes
  storage,                   ///< a class of storages of `type`
  element_type,              ///< a torch.dtype, `type`
  bytes,                     ///< text in Latin-1 that stands for bytes
  attribute,                 ///< getattr: only of an opaque class, by a name
  opaque,                    ///< harmless here whatever it does: nothing of it is run or used
};

struct PickleGlobal {
  const char* module;
  const char* name;
  GlobalRole role;
  TensorType type = TensorType::u8;
};

/// The row for `module`.`name`, or null when posehost does not know it.
[[nodiscard]] const PickleGlobal* find_pickle_global(std::string_view module, std::string_view name) noexcept;

/// What to do about a name that is refused.
[[nodiscard]] const char* refused_global_advice(std::string_view module, std::string_view name) noexcept;

}  // namespace ph
