#include "weights/final_layers.hpp"

#include <algorithm>

namespace ph {
namespace {

constexpr const char* numbered_layer = "final_layer.";
constexpr const char* layers_before = "conv_layers.";

}  // namespace

NumberedName numbered_name(const std::string& name, const std::string& layer) {
  const auto begin = name.find(layer);
  if (begin == std::string::npos || (begin > 0 && name[begin - 1] != '.')) return {};
  const auto number = name.substr(begin + layer.size());
  const auto dot = number.find('.');
  constexpr std::size_t most_digits = 4;
  if (dot == std::string::npos || dot == 0 || dot > most_digits ||
      number.find_first_not_of("0123456789") != dot)
    return {};
  return {std::stoi(number), name.substr(0, begin), number.substr(dot + 1)};
}

FinalLayers::FinalLayers(const std::vector<std::string>& names) {
  constexpr int norm_to_next = 2;  // the activation between has no tensors
  for (const auto& name : names) {
    last_ = std::max(last_, numbered_name(name, numbered_layer).number);
    if (const auto before = numbered_name(name, layers_before).number; before >= 0)
      last_ = std::max(last_, before + norm_to_next);
  }
}

std::string FinalLayers::renamed(const std::string& name, bool conv_layers) const {
  if (last_ < 0) return name;
  if (conv_layers) {
    const auto old = numbered_name(name, numbered_layer);
    if (old.number < 0) return name;
    return old.before + (old.number == last_ ? numbered_layer + old.rest
                                             : layers_before + std::to_string(old.number) + "." + old.rest);
  }
  const auto before = numbered_name(name, layers_before);
  if (before.number >= 0)
    return before.before + numbered_layer + std::to_string(before.number) + "." + before.rest;
  const std::string layer = numbered_layer;
  if (!name.starts_with(layer) || numbered_name(name, layer).number >= 0) return name;
  return layer + std::to_string(last_) + "." + name.substr(layer.size());
}

}  // namespace ph
