#include "weights/fuse_norms.hpp"

#include <algorithm>
#include <cmath>

#include "config/error.hpp"
#include "tensor/convert_type.hpp"

namespace ph {
namespace {

constexpr const char* mean_name = ".running_mean";

bool is_transposed(const std::string& conv) { return conv.find("deconv") != std::string::npos; }

class Fuser {
 public:
  Fuser(const std::map<std::string, TensorView>& tensors, double eps, const std::string& file,
        std::optional<TensorType> type)
      : tensors_{tensors}, eps_{eps}, file_{file}, type_{type} {}

  void fuse(const NormPair& pair, FusedWeights& out) const {
    const auto& weight = tensors_.at(pair.conv + ".weight");
    const auto channels = static_cast<std::size_t>(tensors_.at(pair.norm + mean_name).shape.at(0));
    const auto groups = check(pair, weight, channels);
    const auto [scale, shift] = line(pair, channels);
    auto values = as_doubles(weight);
    const auto first = static_cast<std::size_t>(weight.shape[0]),
               second = static_cast<std::size_t>(weight.shape[1]);
    const auto inner = values.size() / (first * second);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto row = i / (second * inner), column = i / inner % second;
      const auto channel = is_transposed(pair.conv) ? row / (first / groups) * second + column : row;
      values[i] *= scale[channel];
    }
    const auto type = type_.value_or(weight.type);
    put(out, pair.conv + ".weight", type, weight.shape, values);
    put(out, pair.conv + ".bias", type, {static_cast<std::int64_t>(channels)}, shift);
    for (const char* member : {".weight", ".bias", mean_name, ".running_var", ".num_batches_tracked"})
      out.tensors.erase(pair.norm + member);
    out.fused.push_back(pair);
  }

 private:
  [[noreturn]] void refuse(const std::string& name, const std::string& found,
                           const std::string& expected) const {
    throw Error(ErrorKind::data, file_ + ": \"" + name + "\" cannot be fused", found, expected,
                "without --fuse-conv-bn, or look where the file comes from");
  }

  // The groups of a transposed convolution, 1 for others.
  std::size_t check(const NormPair& pair, const TensorView& weight, std::size_t channels) const {
    if (!is_floating(weight.type)) refuse(pair.conv, name_of(weight.type), "floating numbers");
    const auto given = static_cast<std::size_t>(weight.shape[is_transposed(pair.conv) ? 1 : 0]);
    const bool fits =
        weight.bytes() > 0 && given > 0 &&
        (given == channels || (is_transposed(pair.conv) && channels % given == 0 &&
                               static_cast<std::size_t>(weight.shape[0]) % (channels / given) == 0));
    if (!fits)
      refuse(pair.norm, std::to_string(channels) + " channels",
             std::to_string(given) + ", as " + pair.conv + " gives");
    return channels / given;
  }

  std::vector<double> member(const std::string& name, std::size_t channels, double otherwise) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) return std::vector<double>(channels, otherwise);
    if (!is_floating(found->second.type) || found->second.bytes() / bytes_of(found->second.type) != channels)
      refuse(name, "another type or number of elements", std::to_string(channels) + " floating numbers");
    return as_doubles(found->second);
  }

  // What the norm does to each channel: y = scale x + shift, the convolution's own bias taken in.
  std::pair<std::vector<double>, std::vector<double>> line(const NormPair& pair, std::size_t channels) const {
    const auto mean = member(pair.norm + mean_name, channels, 0),
               variance = member(pair.norm + ".running_var", channels, 1);
    auto scale = member(pair.norm + ".weight", channels, 1), shift = member(pair.norm + ".bias", channels, 0);
    const auto bias = member(pair.conv + ".bias", channels, 0);
    for (std::size_t c = 0; c < channels; ++c) {
      if (!(variance[c] + eps_ > 0) || std::isinf(variance[c])) {
        refuse(pair.norm + ".running_var", std::to_string(variance[c]) + " in channel " + std::to_string(c),
               "variances of at least 0");
      }
      scale[c] /= std::sqrt(variance[c] + eps_);
      shift[c] += (bias[c] - mean[c]) * scale[c];
    }
    return {std::move(scale), std::move(shift)};
  }

  static void put(FusedWeights& out, const std::string& name, TensorType type,
                  const std::vector<std::int64_t>& shape, const std::vector<double>& values) {
    auto converted = convert_type({TensorType::f64, shape, values.data()}, type);
    out.memory.push_back(std::move(converted.bytes));
    out.tensors[name] = {type, shape, out.memory.back().data()};
  }

  const std::map<std::string, TensorView>& tensors_;
  double eps_;
  const std::string& file_;
  std::optional<TensorType> type_;
};

}  // namespace

std::optional<std::string> conv_of_norm(const std::string& norm) {
  const auto dot = norm.rfind('.');
  const auto parent = dot == std::string::npos ? "" : norm.substr(0, dot + 1);
  const auto last = norm.substr(parent.size());
  const auto digits = last.find_first_of("0123456789");
  const auto word = last.substr(0, digits);
  const auto number = digits == std::string::npos ? "" : last.substr(digits);
  constexpr std::size_t most_digits = 4;
  if (number.size() > most_digits || number.find_first_not_of("0123456789") != std::string::npos) return {};
  if (word == "bn" || word == "norm") return parent + "conv" + number;
  if (!word.empty() || number.empty() || number == "0") return {};
  return parent + std::to_string(std::stoi(number) - 1);
}

NormPairs find_norm_pairs(const std::map<std::string, TensorView>& tensors) {
  NormPairs found;
  for (const auto& [name, view] : tensors) {
    if (!name.ends_with(mean_name) || view.shape.size() != 1) continue;
    const auto norm = name.substr(0, name.size() - std::string(mean_name).size());
    const auto conv = conv_of_norm(norm);
    const auto weight = conv ? tensors.find(*conv + ".weight") : tensors.end();
    constexpr std::size_t rank = 4;
    const bool fits = weight != tensors.end() && weight->second.shape.size() == rank &&
                      tensors.contains(norm + ".running_var");
    if (fits) {
      found.pairs.push_back({*conv, norm});
    } else {
      found.alone.push_back(norm);
    }
  }
  return found;
}

FusedWeights fuse_norms(const std::map<std::string, TensorView>& tensors, double eps, const std::string& file,
                        std::optional<TensorType> type) {
  const auto found = find_norm_pairs(tensors);
  FusedWeights out;
  out.tensors = tensors;
  out.alone = found.alone;
  const Fuser fuser(tensors, eps, file, type);
  for (const auto& pair : found.pairs) fuser.fuse(pair, out);
  return out;
}

}  // namespace ph
