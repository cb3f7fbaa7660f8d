#include "weights/norm_eps.hpp"

#include <optional>

namespace ph {
namespace {

constexpr int deepest = 64;

void search(const Node& node, std::optional<double>& eps, int depth) {
  if (depth > deepest) return;
  if (node.is_array()) {
    for (const auto& element : node.elements()) search(element, eps, depth + 1);
    return;
  }
  for (const auto& key : node.keys()) {
    const auto member = node.at(key);
    if (key != "norm_cfg" || !member.is_object() || !member.has("eps")) {
      search(member, eps, depth + 1);
      continue;
    }
    const auto found = member.at("eps");
    if (!(found.f64() > 0)) throw found.error("not an eps of a norm", "a number above 0");
    if (eps && *eps != found.f64())
      throw found.error("two norms with different eps", std::to_string(*eps) + ", as another norm_cfg has it",
                        "posehost test CFG CKPT --fuse-conv-bn fuses the network itself");
    eps = found.f64();
  }
}

}  // namespace

double norm_eps(const Node& config, double otherwise) {
  std::optional<double> eps;
  if (const auto model = config.find("model")) search(*model, eps, 0);
  return eps.value_or(otherwise);
}

}  // namespace ph
