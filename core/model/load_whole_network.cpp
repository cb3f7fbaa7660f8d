#include "model/load_whole_network.hpp"

#include <torch/nn/modules/batchnorm.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>

#include "model/scalar_type.hpp"
#include "weights/fuse_norms.hpp"
#include "weights/naming.hpp"
#include "weights/open_weights.hpp"

namespace ph {
namespace {

std::string first_of(const std::vector<std::string>& names) {
  constexpr std::size_t shown = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, names.size()); ++i) text += (i > 0 ? ", " : "") + names[i];
  if (names.size() > shown) text += ", … (" + std::to_string(names.size()) + " in all)";
  return text;
}

// mmpose 0.x's names -> the file's.
std::map<std::string, std::string> our_names(const Weights& weights, const std::string& file) {
  std::vector<std::string> names;
  for (const auto& [name, view] : weights.tensors) names.push_back(name);
  std::map<std::string, std::string> ours;
  for (const auto& [from, to] : rename_tensors(names, "mmpose0", file).names) ours.emplace(to, from);
  return ours;
}

// y = (x - 0) / sqrt((1 - eps) + eps) * 1 + bias.
void become_bias(torch::nn::BatchNorm2dImpl& norm, const TensorView& bias) {
  norm.weight.fill_(1);
  norm.bias.copy_(at::from_blob(const_cast<void*>(bias.data), bias.shape, at::dtype(scalar_type(bias.type))));
  norm.running_mean.zero_();
  norm.running_var.fill_(1 - norm.options.eps());
}

/// Gives norms that the file has not the biases of the convolutions before them; the names that are settled by that.
std::vector<std::string> take_fused_norms(torch::nn::Module& network, const std::filesystem::path& file) {
  const auto weights = open_weights(file);
  const auto names = our_names(weights, file.string());
  std::vector<std::string> settled;
  for (const auto& item : network.named_modules()) {
    auto* norm = item.value()->as<torch::nn::BatchNorm2dImpl>();
    if (!norm || names.contains(item.key() + ".running_mean")) continue;
    const auto conv = conv_of_norm(item.key());
    const auto found = conv ? names.find(*conv + ".bias") : names.end();
    if (found == names.end()) continue;
    const auto& bias = weights.tensors.at(found->second);
    if (norm->bias.sizes() != at::IntArrayRef(bias.shape)) continue;
    become_bias(*norm, bias);
    for (const char* member : {".weight", ".bias", ".running_mean", ".running_var"})
      settled.push_back(item.key() + member);
    settled.push_back(found->second);
  }
  return settled;
}

void remove(std::vector<std::string>& names, const std::vector<std::string>& settled) {
  std::erase_if(names, [&](const std::string& name) {
    return std::find(settled.begin(), settled.end(), name) != settled.end();
  });
}

}  // namespace

WeightsReport load_whole_network(torch::nn::Module& network, const std::filesystem::path& file) {
  torch::NoGradGuard no_grad;
  auto report = load_weights_file(network, file);
  if (!report.missing.empty()) {
    const auto settled = take_fused_norms(network, file);
    const auto before = report.missing.size();
    remove(report.missing, settled);
    remove(report.unexpected, settled);
    report.loaded += static_cast<std::int64_t>(before - report.missing.size());
    if (!settled.empty()) report.notes.emplace_back("norms are fused into the convolutions before them");
  }
  if (report.file_points != report.network_points) {
    throw Error(ErrorKind::data, file.string() + ": made for another number of keypoints",
                std::to_string(report.file_points) + " keypoints",
                std::to_string(report.network_points) + ", as the config has them",
                "the config that these weights were trained with");
  }
  if (report.missing.empty() && report.mismatched.empty()) return report;
  throw Error(ErrorKind::data, file.string() + ": the weights are not those of this network",
              report.missing.empty() ? "another shape: " + first_of(report.mismatched)
                                     : "missing: " + first_of(report.missing),
              "every tensor of the network", "the config that these weights were trained with");
}

}  // namespace ph
