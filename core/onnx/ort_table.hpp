#pragma once
#include <cstddef>
#include <cstdint>

namespace ph {

// ONNX Runtime's C interface as we use it. It is a table of functions to which versions only append, so that a function's
// place is part of its contract. Handles are opaque; a status is null when all went well.

using OrtHandle = void*;
using OrtStatusHandle = void*;

enum class OrtPlace : std::size_t {
  get_error_message = 2,
  create_env = 3,
  create_session = 7,
  run = 9,
  create_session_options = 10,
  set_log_severity = 22,
  set_intra_threads = 24,
  input_count = 30,
  output_count = 31,
  input_type = 33,
  output_type = 34,
  input_name = 36,
  output_name = 37,
  create_tensor_with_data = 49,
  tensor_data = 51,
  cast_to_tensor_info = 55,
  element_type = 60,
  dimension_count = 61,
  dimensions = 62,
  tensor_type_and_shape = 65,
  create_cpu_memory_info = 69,
  allocator_free = 76,
  default_allocator = 78,
  release_env = 92,
  release_status = 93,
  release_memory_info = 94,
  release_session = 95,
  release_value = 96,
  release_type_info = 98,
  release_tensor_info = 99,
  release_session_options = 100,
  model_metadata = 111,
  lookup_metadata = 116,
  release_metadata = 118,
};

/// What OrtGetApiBase() gives.
struct OrtBase {
  const void* const* (*get_api)(std::uint32_t version);
  const char* (*version)();
};

}  // namespace ph
