#include "weights/open_weights.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "tensor/file_mapping.hpp"
#include "tensor/pth.hpp"
#include "tensor/safetensors.hpp"
#include "weights/weight_names.hpp"

namespace ph {
namespace {

constexpr const char* wanted_file = "a safetensors file, or one of torch.save";

struct Foreign {
  std::string_view begin;
  const char* what;
  const char* advice;
};
constexpr std::array<Foreign, 4> foreign_files{{
    {"\x80", "a plain Python pickle", "in Python: torch.save a dict of tensors"},
    {"\x89HDF", "an HDF5 file, such as Keras writes", "PyTorch's weights of the same network"},
    {"\x1f\x8b", "a gzip file", "unpack it"},
    {"<", "a web page in place of the file",
     "download the file again; look at it in a browser if it stays so"},
}};

void refuse_foreign(const std::filesystem::path& path, std::string_view bytes) {
  for (const auto& foreign : foreign_files) {
    // The length of a safetensors header comes first: its eighth byte is 0, and "{" follows.
    if (!bytes.starts_with(foreign.begin) || (bytes.size() > 8 && bytes[7] == '\0' && bytes[8] == '{'))
      continue;
    refuse_file(path, "not a file of weights", foreign.what, wanted_file, foreign.advice);
  }
}

template <class File>
void take(Weights& weights, const File& file) {
  for (const auto& [name, view] : file.tensors()) {
    // A name that is there in both forms keeps its own.
    const auto bare = without_wrappers(name);
    weights.tensors.emplace(file.tensors().contains(bare) ? name : bare, view);
  }
  weights.file = std::make_shared<File>(file);
}

/// `key` names the dict of weights in a file of torch.save; "" for where they usually are.
Weights open(const std::filesystem::path& path, const std::string& key) {
  Weights weights;
  const FileMapping mapping(path, wanted_file);
  if (!PthFile::recognizes(mapping.bytes())) {
    refuse_foreign(path, mapping.bytes());
    const auto file = SafetensorsFile::open(path);
    weights.format = "safetensors";
    weights.metadata = file.metadata();
    take(weights, file);
    return weights;
  }
  const auto file = PthFile::open(path, key);
  weights.format = file.format() == PthFile::Format::zip ? "PyTorch" : "PyTorch before 1.6";
  weights.metadata = file.facts();
  take(weights, file);
  for (const auto& other : file.others()) {
    if (!key.empty() || !is_averaged(other)) continue;
    weights.averaged = other;
    weights.notes.push_back("averaged weights are there too (" + other + "); not used");
  }
  return weights;
}

/// Whether a hook of posehost keeps the weights that train: then the average has their names.
bool has_trained_slot(const Weights& weights) {
  return std::any_of(weights.tensors.begin(), weights.tensors.end(), [&](const auto& item) {
    const auto at = item.first.find("/backbone.");
    return item.first.starts_with("@hook/") && at != std::string::npos &&
           weights.tensors.contains(item.first.substr(at + 1));
  });
}

}  // namespace

Weights open_weights(const std::filesystem::path& path) { return open(path, ""); }

Weights open_averaged_weights(const std::filesystem::path& path) {
  auto weights = open(path, "");
  if (has_trained_slot(weights)) return weights;
  if (!weights.averaged.empty()) {
    // mmengine exchanges the two when it saves, so that state_dict is the average.
    const bool exchanged = weights.metadata.contains("meta.mmengine_version");
    return exchanged ? weights : open(path, weights.averaged);
  }
  refuse_file(path, "there are no averaged weights in it", weights.format + " with one set of weights",
              "weights of EMA or SWA", "without --ema");
}

}  // namespace ph
