#include "train/checkpoint.hpp"

#include <ATen/Functions.h>
#include <torch/types.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <ctime>
#include <nlohmann/json.hpp>

#include "model/scalar_type.hpp"
#include "tensor/safetensors.hpp"

namespace ph {
namespace {

TensorType type_of(const at::Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case at::kFloat:
      return TensorType::f32;
    case at::kDouble:
      return TensorType::f64;
    case at::kHalf:
      return TensorType::f16;
    case at::kBFloat16:
      return TensorType::bf16;
    case at::kLong:
      return TensorType::i64;
    case at::kInt:
      return TensorType::i32;
    case at::kByte:
      return TensorType::u8;
    case at::kBool:
      return TensorType::boolean;
    default:
      throw Error(
          ErrorKind::internal,
          "a tensor of type " + std::string(c10::toString(tensor.scalar_type())) + " cannot be saved");
  }
}

// Of what type_of() gives, and the signed integers of files from elsewhere.
at::ScalarType checked_scalar_type(TensorType type, const std::string& where) {
  if (type == TensorType::u16 || type == TensorType::u32 || type == TensorType::u64)
    throw Error(ErrorKind::data, where + ": element type " + name_of(type) + " is not used in checkpoints");
  return scalar_type(type);
}

constexpr const char* kLogName = "@log/values";

// "@hook/<plugin>/<component>/state"; slots have a slash more. "@schedule/<hyper-parameter>/<plugin>/…".
bool is_hook_state(const std::string& name) {
  if (name.rfind("@schedule/", 0) == 0) return true;
  return name.rfind("@hook/", 0) == 0 && std::count(name.begin(), name.end(), '/') == 3;
}

Json to_json(const RunPosition& p) {
  return {{"epoch", p.epoch},       {"iter", p.iter}, {"inner_iter", p.inner_iter},
          {"opt_step", p.opt_step}, {"flow", p.flow}, {"iters_per_epoch", p.iters_per_epoch},
          {"seed", p.seed}};
}

std::int64_t number(const Json& json, const char* key, const std::string& file) {
  if (!json.is_object() || !json.contains(key) || !json[key].is_number_integer() ||
      json[key].get<std::int64_t>() < 0) {
    throw Error(ErrorKind::data, file + ": its position in the run is damaged",
                std::string("\"") + key + "\" is missing or no count", "a checkpoint written by posehost",
                "use an older checkpoint");
  }
  return json[key].get<std::int64_t>();
}

RunPosition position_from(const std::string& text, const std::string& file) {
  const auto json = Json::parse(text, nullptr, false);
  RunPosition p;
  p.epoch = number(json, "epoch", file);
  p.iter = number(json, "iter", file);
  p.inner_iter = number(json, "inner_iter", file);
  p.opt_step = number(json, "opt_step", file);
  p.flow = number(json, "flow", file);
  p.iters_per_epoch = number(json, "iters_per_epoch", file);
  p.seed = number(json, "seed", file);
  return p;
}

void write_sidecar(const std::filesystem::path& file) {
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  char time[32];
  std::tm broken{};
  std::strftime(time, sizeof time, "%FT%TZ", gmtime_r(&now, &broken));
  const Json info{{"file", file.filename().string()}, {"time", time}, {"host", host}};
  write_file_atomically(file.string() + ".info.json", info.dump(2) + "\n");
}

}  // namespace

void save_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint) {
  std::map<std::string, at::Tensor> kept;  // contiguous CPU copies, alive until written
  std::map<std::string, TensorView> views;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    // Without operators where none is needed: the first one in a thread wants memory of the C library, which
    // ends the process when it gets none.
    const bool ready = tensor.is_cpu() && tensor.is_contiguous();
    const auto& copy = kept[name] = ready ? tensor : tensor.detach().to(at::kCPU).contiguous();
    views[name] = {type_of(copy), copy.sizes().vec(), copy.const_data_ptr()};
  }
  for (const auto& [name, bytes] : checkpoint.hook_state) {
    views[name] = {TensorType::u8, {static_cast<std::int64_t>(bytes.size())}, bytes.data()};
  }
  if (!checkpoint.log.empty()) {
    views[kLogName] = {
        TensorType::u8, {static_cast<std::int64_t>(checkpoint.log.size())}, checkpoint.log.data()};
  }
  std::map<std::string, std::string> metadata{{"posehost.format", std::to_string(kCheckpointFormat)},
                                              {"posehost.position", to_json(checkpoint.position).dump()},
                                              {"posehost.config", checkpoint.config},
                                              {"posehost.dataset", checkpoint.dataset}};
  if (!checkpoint.steered.empty()) metadata["posehost.steered"] = checkpoint.steered;
  write_safetensors(file, views, metadata);
  write_sidecar(file);
}

Checkpoint load_checkpoint(const std::filesystem::path& path) {
  const auto file = SafetensorsFile::open(path);
  const auto where = path.string();
  Checkpoint checkpoint;
  for (const auto& [name, view] : file.tensors()) {
    if (is_hook_state(name)) {
      checkpoint.hook_state[name] = std::string(static_cast<const char*>(view.data), view.bytes());
      continue;
    }
    if (name == kLogName) {
      checkpoint.log = std::string(static_cast<const char*>(view.data), view.bytes());
      continue;
    }
    auto tensor = at::empty(view.shape, at::TensorOptions().dtype(checked_scalar_type(view.type, where)));
    if (view.bytes() > 0) std::memcpy(tensor.data_ptr(), view.data, view.bytes());
    checkpoint.tensors[name] = std::move(tensor);
  }
  const auto& metadata = file.metadata();
  const auto format = metadata.find("posehost.format");
  if (format == metadata.end()) return checkpoint;
  if (format->second.size() > 4 || format->second.find_first_not_of("0123456789") != std::string::npos ||
      std::atoi(format->second.c_str()) > kCheckpointFormat) {
    throw Error(ErrorKind::data, where + ": written by a newer posehost",
                "checkpoint format " + format->second.substr(0, 16),
                "at most " + std::to_string(kCheckpointFormat), "a newer posehost");
  }
  const auto get = [&](const char* key) {
    const auto found = metadata.find(key);
    return found == metadata.end() ? std::string{} : found->second;
  };
  checkpoint.position = position_from(get("posehost.position"), where);
  checkpoint.config = get("posehost.config");
  checkpoint.dataset = get("posehost.dataset");
  checkpoint.steered = get("posehost.steered");
  return checkpoint;
}

std::map<std::string, at::Tensor> model_state(const torch::nn::Module& model) {
  std::map<std::string, at::Tensor> all;
  for (const auto& item : model.named_parameters()) all[item.key()] = item.value();
  for (const auto& item : model.named_buffers()) all[item.key()] = item.value();
  return all;
}

void load_model_state(torch::nn::Module& model, const std::map<std::string, at::Tensor>& saved,
                      const std::string& file) {
  at::NoGradGuard no_grad;
  for (auto& [name, tensor] : model_state(model)) {
    const auto found = saved.find(name);
    if (found == saved.end()) {
      throw Error(ErrorKind::data, file + ": no tensor \"" + name + "\"", "a checkpoint of another model",
                  "every parameter of this model",
                  "use the config that made the checkpoint, or --load-from to take what fits");
    }
    if (found->second.sizes() != tensor.sizes()) {
      throw Error(ErrorKind::data, file + ": \"" + name + "\" has another shape",
                  c10::str(found->second.sizes()), c10::str(tensor.sizes()),
                  "use the config that made the checkpoint, or --load-from to take what fits");
    }
    tensor.copy_(found->second);
  }
}

std::vector<std::string> not_finite(const std::map<std::string, at::Tensor>& tensors) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : tensors) {
    if (!tensor.is_floating_point() || tensor.numel() == 0) continue;
    // NaN comes through both. One pass without a copy: training waits for this at every checkpoint.
    const auto [low, high] = at::aminmax(tensor.detach());
    if (!std::isfinite(low.item<double>()) || !std::isfinite(high.item<double>())) names.push_back(name);
  }
  return names;
}

void point_to(const std::filesystem::path& link, const std::filesystem::path& target) {
  auto temporary = link;
  temporary += ".tmp" + std::to_string(getpid());
  std::error_code failed;
  std::filesystem::remove(temporary, failed);
  std::filesystem::create_symlink(target.filename(), temporary, failed);
  // Some file systems know no links: a copy does as well.
  if (failed)
    std::filesystem::copy_file(target, temporary, std::filesystem::copy_options::overwrite_existing, failed);
  if (!failed) std::filesystem::rename(temporary, link, failed);
  if (failed) {
    throw Error(ErrorKind::environment, link.string() + ": cannot be written", failed.message(),
                "a writable work dir", {});
  }
}

}  // namespace ph
