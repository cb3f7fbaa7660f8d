#include "model/load_weights.hpp"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <map>

#include "tensor/safetensors.hpp"

namespace ph {
namespace {

at::ScalarType scalar_type(TensorType type) {
  switch (type) {
    case TensorType::boolean:
      return at::kBool;
    case TensorType::u8:
      return at::kByte;
    case TensorType::i8:
      return at::kChar;
    case TensorType::i16:
      return at::kShort;
    case TensorType::u16:
      return at::kUInt16;
    case TensorType::f16:
      return at::kHalf;
    case TensorType::bf16:
      return at::kBFloat16;
    case TensorType::i32:
      return at::kInt;
    case TensorType::u32:
      return at::kUInt32;
    case TensorType::f32:
      return at::kFloat;
    case TensorType::f64:
      return at::kDouble;
    case TensorType::i64:
      return at::kLong;
    case TensorType::u64:
      return at::kUInt64;
  }
  return at::kFloat;
}

std::string shape_text(at::IntArrayRef shape) {
  std::string text;
  for (const auto size : shape) text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text.empty() ? "a single number" : text;
}

std::map<std::string, TensorView> usable_tensors(const SafetensorsFile& file, const std::string& prefix) {
  const auto& all = file.tensors();
  const bool prefixed = !prefix.empty() && std::any_of(all.begin(), all.end(), [&](const auto& entry) {
    return entry.first.starts_with(prefix);
  });
  std::map<std::string, TensorView> usable;
  for (const auto& [name, view] : all) {
    if (name.starts_with("@") || (prefixed && !name.starts_with(prefix))) continue;
    usable.emplace(prefixed ? name.substr(prefix.size()) : name, view);
  }
  return usable;
}

std::vector<std::pair<std::string, at::Tensor>> state_of(const torch::nn::Module& module) {
  std::vector<std::pair<std::string, at::Tensor>> state;
  for (const auto& item : module.named_parameters()) state.emplace_back(item.key(), item.value());
  for (const auto& item : module.named_buffers()) state.emplace_back(item.key(), item.value());
  return state;
}

std::string list(const std::vector<std::string>& names) {
  constexpr std::size_t shown = 6;
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, names.size()); ++i) text += (i ? ", " : "") + names[i];
  if (names.size() > shown) text += ", … (" + std::to_string(names.size()) + " in all)";
  return text;
}

}  // namespace

std::vector<std::string> WeightsReport::lines(const std::string& file) const {
  std::vector<std::string> lines{file + ": " + std::to_string(loaded) + " of the network's " +
                                 std::to_string(wanted) + " tensors loaded"};
  if (!missing.empty()) lines.push_back("not in the file, left as initialised: " + list(missing));
  if (!mismatched.empty()) lines.push_back("other shape, left as initialised: " + list(mismatched));
  if (!unexpected.empty()) lines.push_back("in the file, not in the network: " + list(unexpected));
  return lines;
}

WeightsReport load_weights_file(torch::nn::Module& module, const std::filesystem::path& path,
                                const std::string& prefix) {
  torch::NoGradGuard no_grad;
  const auto file = SafetensorsFile::open(path);
  auto tensors = usable_tensors(file, prefix);
  const auto state = state_of(module);
  const auto first_in_file =
      tensors.empty() ? std::string("no tensors") : "tensors such as " + tensors.begin()->first;
  WeightsReport report;
  report.wanted = static_cast<std::int64_t>(state.size());
  for (const auto& [name, tensor] : state) {
    const auto found = tensors.find(name);
    if (found == tensors.end()) {
      if (!name.ends_with("num_batches_tracked")) report.missing.push_back(name);
      continue;
    }
    const auto view = found->second;
    tensors.erase(found);
    if (tensor.sizes() != at::IntArrayRef(view.shape)) {
      report.mismatched.push_back(name + " (file " + shape_text(view.shape) + ", network " +
                                  shape_text(tensor.sizes()) + ")");
      continue;
    }
    // The memory is the file's, mapped for reading; copy_ only reads it.
    tensor.copy_(at::from_blob(const_cast<void*>(view.data), view.shape, at::dtype(scalar_type(view.type))));
    ++report.loaded;
  }
  for (const auto& [name, view] : tensors) report.unexpected.push_back(name);
  if (report.loaded == 0) {
    throw Error(ErrorKind::data, path.string() + ": nothing in it fits the network", first_in_file,
                "names and shapes of the network, such as " + (state.empty() ? "" : state.front().first),
                "weights of the same architecture; see model.backbone in the config they come from");
  }
  return report;
}

std::vector<std::string> load_weights(torch::nn::Module& module, const Node& source,
                                      const std::string& prefix) {
  const auto file = find_weights(source);
  return load_weights_file(module, file, prefix).lines(file.string());
}

}  // namespace ph
