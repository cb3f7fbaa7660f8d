#include <unistd.h>

#include "config/error.hpp"
#include "tensor/file_mapping.hpp"
#include "tensor/sha256.hpp"
#include "weights/convert_weights.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

/// A file that goes away again unless release() is called.
class Draft {
 public:
  explicit Draft(const fs::path& beside)
      : path_{beside.parent_path() / (".draft-" + std::to_string(getpid()))} {}
  ~Draft() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  [[nodiscard]] const fs::path& path() const noexcept { return path_; }

 private:
  fs::path path_;
};

bool same_content(const fs::path& file, const std::string& sha) {
  return sha256(FileMapping(file, "a file of weights").bytes()) == sha;
}

// link() never replaces, unlike rename(); where the file system has no links, a look before.
void give_name(const fs::path& draft, const fs::path& file) {
  if (::link(draft.c_str(), file.c_str()) == 0) return;
  std::error_code failed;
  if (!fs::exists(fs::symlink_status(file, failed))) fs::rename(draft, file, failed);
  if (failed) {
    throw Error(ErrorKind::environment, file.string() + ": cannot be written", failed.message(),
                "a folder that you can write to");
  }
}

}  // namespace

PublishedFile publish_weights(ConvertRequest request) {
  const auto suffix = request.format == WeightsFormat::pth ? ".pth" : ".safetensors";
  auto stem = request.out;
  if (weights_format(stem.string())) stem.replace_extension();
  const Draft draft(stem);
  request.out = draft.path();
  request.publish = request.overwrite = true;
  PublishedFile published;
  published.converted = convert_weights(request);
  published.sha256 = sha256(FileMapping(draft.path(), "a file of weights").bytes());
  constexpr std::size_t digits = 8;
  published.file = stem.string() + "-" + published.sha256.substr(0, digits) + suffix;
  std::error_code ignored;
  published.was_there = fs::exists(fs::symlink_status(published.file, ignored));
  if (!published.was_there) {
    give_name(draft.path(), published.file);
  } else if (!same_content(published.file, published.sha256)) {
    throw Error(ErrorKind::environment, published.file.string() + ": is there already, with other content",
                "a file whose SHA-256 is not what its name says", "no such file",
                "look at it, and move it away");
  }
  return published;
}

}  // namespace ph
