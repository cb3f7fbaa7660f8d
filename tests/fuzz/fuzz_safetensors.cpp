#include "open_file.hpp"
#include "tensor/safetensors.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::open_file<ph::SafetensorsFile>(data, size);
  return 0;
}
