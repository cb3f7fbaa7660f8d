// What the first bytes of an image claim; it decides whether a decoder is called.
#include "data/image_header.hpp"
#include "open_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto header = ph::image_header({data, data + size});
  if (header) fuzz::must(header->width >= 0 && header->height >= 0, "sizes are not negative");
  return 0;
}
