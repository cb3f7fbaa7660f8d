#include "weights/convert_weights.hpp"

#include <algorithm>
#include <deque>

#include "config/error.hpp"
#include "tensor/convert_type.hpp"
#include "tensor/safetensors.hpp"
#include "tensor/write_pth.hpp"
#include "weights/open_weights.hpp"
#include "weights/weight_names.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

using Tensors = std::map<std::string, TensorView>;

// Of a run that goes on; weights alone have no position.
constexpr const char* of_a_run[] = {"posehost.format", "posehost.position", "posehost.steered"};

/// What convert_weights() works on; `memory` is what its views point to beside the file.
struct Work {
  Weights weights;
  Tensors tensors;
  std::deque<std::vector<std::byte>> memory;
  FusedWeights fused;
};

// State of a training is of no use to whoever takes weights; neither is a second set of them.
void drop_state(Work& work, ConvertedFile& done) {
  for (const auto& [name, view] : work.weights.tensors) {
    const bool state = name.starts_with("@") || name.starts_with("ema_");
    if (state) {
      ++done.left_out[what_is_not_used(name)];
    } else {
      work.tensors.emplace(name, view);
    }
  }
}

void rename(const ConvertRequest& request, Work& work, ConvertedFile& done) {
  std::vector<std::string> names;
  for (const auto& [name, view] : work.tensors) names.push_back(name);
  done.renaming = rename_tensors(names, request.names, request.in.string());
  for (const auto& [name, why] : done.renaming.left_out) ++done.left_out[why];
  Tensors renamed;
  for (const auto& [from, to] : done.renaming.names) {
    if (renamed.emplace(to, work.tensors.at(from)).second) continue;
    throw Error(ErrorKind::data, request.in.string() + ": two tensors would have one name", to,
                "names of one program", "another --names");
  }
  work.tensors = std::move(renamed);
}

void fuse(const ConvertRequest& request, Work& work, ConvertedFile& done) {
  if (!request.fuse) return;
  work.fused = fuse_norms(work.tensors, request.eps, request.in.string(), request.type);
  done.fused = work.fused.fused;
  done.not_fused = work.fused.alone;
  if (done.fused.empty()) {
    throw Error(ErrorKind::data, request.in.string() + ": there is no norm to fuse",
                std::to_string(work.tensors.size()) + " tensors, none a running_mean beside a convolution",
                "weights with batch norms and their running statistics", "without --fuse-conv-bn");
  }
  work.tensors = work.fused.tensors;
}

void change_type(const ConvertRequest& request, Work& work) {
  if (!request.type) return;
  for (auto& [name, view] : work.tensors) {
    if (!is_floating(view.type) || view.type == *request.type) continue;
    auto converted = convert_type(view, *request.type);
    if (converted.overflows > 0) {
      throw Error(ErrorKind::data,
                  request.in.string() + ": \"" + name + "\" does not fit into " + name_of(*request.type),
                  std::to_string(converted.overflows) + " numbers beyond its range", "numbers within it",
                  *request.type == TensorType::f16 ? "--bf16, whose range is that of F32" : "");
    }
    work.memory.push_back(std::move(converted.bytes));
    view = {*request.type, view.shape, work.memory.back().data()};
  }
}

std::map<std::string, std::string> facts_of(const ConvertRequest& request, const Weights& weights,
                                            ConvertedFile& done) {
  std::map<std::string, std::string> facts;
  for (const auto& [key, value] : weights.metadata) {
    const std::string meta = "meta.";
    const auto name = key.starts_with(meta) ? key.substr(meta.size()) : key;
    const bool run = std::find(std::begin(of_a_run), std::end(of_a_run), name) != std::end(of_a_run);
    if (run || (request.publish && is_volatile(name))) {
      done.facts_left_out.push_back(name);
    } else {
      facts[name] = value;
    }
  }
  if (request.fuse) facts["posehost.fused"] = "conv-bn";
  return facts;
}

void check_target(const ConvertRequest& request) {
  std::error_code ignored;
  if (request.overwrite || !fs::exists(fs::symlink_status(request.out, ignored))) return;
  throw Error(ErrorKind::usage, request.out.string() + ": is there already", "a file", "a name that is free",
              "another name, or --force to write over it");
}

}  // namespace

std::optional<WeightsFormat> weights_format(const std::string& name) {
  const auto ends = [&](const std::string& word) { return name == word || name.ends_with("." + word); };
  if (ends("safetensors")) return WeightsFormat::safetensors;
  if (ends("pth") || ends("pt") || ends("ckpt")) return WeightsFormat::pth;
  return std::nullopt;
}

ConvertedFile convert_weights(const ConvertRequest& request) {
  check_target(request);
  Work work;
  ConvertedFile done;
  work.weights = request.averaged ? open_averaged_weights(request.in) : open_weights(request.in);
  done.format = work.weights.format;
  if (!request.averaged) done.notes = work.weights.notes;
  drop_state(work, done);
  rename(request, work, done);
  fuse(request, work, done);
  change_type(request, work);
  if (work.tensors.empty()) {
    throw Error(ErrorKind::data, request.in.string() + ": no tensor is left to write",
                std::to_string(work.weights.tensors.size()) + " tensors, all left out", "weights");
  }
  const auto facts = facts_of(request, work.weights, done);
  done.tensors = work.tensors.size();
  for (const auto& [name, view] : work.tensors) done.bytes += view.bytes();
  if (request.format == WeightsFormat::pth) {
    write_pth(request.out, work.tensors, facts);
  } else {
    write_safetensors(request.out, work.tensors, facts);
  }
  return done;
}

}  // namespace ph
