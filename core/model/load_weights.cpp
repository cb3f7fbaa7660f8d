#include "model/load_weights.hpp"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <map>

#include "model/scalar_type.hpp"
#include "weights/open_weights.hpp"
#include "weights/weight_names.hpp"

namespace ph {
namespace {

std::string shape_text(at::IntArrayRef shape) {
  std::string text;
  for (const auto size : shape) text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text.empty() ? "a single number" : text;
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

/// A head's last layer, made for another number of keypoints: all but the first size agree.
bool other_point_count(const std::string& name, at::IntArrayRef file, at::IntArrayRef network) {
  return name.find("final_layer.") != std::string::npos && file.size() == network.size() && !file.empty() &&
         file.slice(1) == network.slice(1);
}

std::vector<std::string> names_of(const std::vector<std::pair<std::string, at::Tensor>>& state) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : state) names.push_back(name);
  return names;
}

}  // namespace

std::vector<std::string> WeightsReport::lines(const std::string& file) const {
  std::vector<std::string> lines{file + " (" + format + "): " + std::to_string(loaded) +
                                 " of the network's " + std::to_string(wanted) + " tensors loaded"};
  if (file_points != network_points) {
    lines.push_back("the head's last layer is left as initialised: the file's has " +
                    std::to_string(file_points) + " keypoints, the network " +
                    std::to_string(network_points));
  }
  if (!missing.empty()) lines.push_back("not in the file, left as initialised: " + list(missing));
  if (!mismatched.empty()) lines.push_back("other shape, left as initialised: " + list(mismatched));
  if (!unexpected.empty()) lines.push_back("in the file, not in the network: " + list(unexpected));
  for (const auto& [what, count] : not_used)
    lines.push_back("not used: " + what + ", " + std::to_string(count) +
                    (count == 1 ? " tensor" : " tensors"));
  lines.insert(lines.end(), notes.begin(), notes.end());
  return lines;
}

WeightsReport load_weights_file(torch::nn::Module& module, const std::filesystem::path& path,
                                const std::string& part, const std::string& prefix) {
  torch::NoGradGuard no_grad;
  const auto weights = open_weights(path);
  const auto state = state_of(module);
  std::vector<std::string> in_file;
  for (const auto& [name, view] : weights.tensors) in_file.push_back(name);
  auto match = match_names(names_of(state), in_file, part, prefix);
  WeightsReport report;
  report.format = weights.format;
  report.notes = weights.notes;
  report.wanted = static_cast<std::int64_t>(state.size());
  report.unexpected = std::move(match.unexpected);
  report.not_used = std::move(match.not_used);
  for (const auto& name : match.missing) {
    if (!name.ends_with("num_batches_tracked")) report.missing.push_back(name);
  }
  for (const auto& [name, tensor] : state) {
    const auto found = match.in_file.find(name);
    if (found == match.in_file.end()) continue;
    const auto& view = weights.tensors.at(found->second);
    if (other_point_count(part + name, view.shape, tensor.sizes()) && view.shape[0] != tensor.size(0)) {
      report.file_points = view.shape[0];
      report.network_points = tensor.size(0);
    } else if (tensor.sizes() != at::IntArrayRef(view.shape)) {
      report.mismatched.push_back(name + " (file " + shape_text(view.shape) + ", network " +
                                  shape_text(tensor.sizes()) + ")");
    } else {
      // The memory is the file's, mapped for reading; copy_ only reads it.
      const auto type = at::dtype(scalar_type(view.type));
      if (view.bytes() > 0) tensor.copy_(at::from_blob(const_cast<void*>(view.data), view.shape, type));
      ++report.loaded;
    }
  }
  if (report.loaded == 0) {
    throw Error(
        ErrorKind::data, path.string() + ": nothing in it fits the network",
        in_file.empty() ? "no tensors" : "tensors such as " + in_file.front(),
        "names and shapes of the network, such as " + (state.empty() ? "" : part + state.front().first),
        "weights of the same architecture; see model.backbone in the config they come from");
  }
  return report;
}

std::vector<std::string> load_weights(torch::nn::Module& network, const WeightsRequest& request) {
  const auto file = find_weights(request.source);
  auto* target = &network;
  for (const auto& child : network.named_children()) {
    if (child.key() == request.part) target = child.value().get();
  }
  const auto part = request.part.empty() ? "" : request.part + ".";
  return load_weights_file(*target, file, part, request.prefix).lines(request.key + " " + file.string());
}

}  // namespace ph
