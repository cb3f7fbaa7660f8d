#include "tensor/atomic_file.hpp"
#include "tensor/safetensors.hpp"

namespace ph {

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  AtomicFile file{path, content.size()};
  file.write(content.data(), content.size());
  file.commit();
}

}  // namespace ph
