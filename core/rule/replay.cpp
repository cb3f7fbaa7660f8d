#include "rule/replay.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "rule/rule_run.hpp"
#include "tensor/safetensors.hpp"

namespace ph {
namespace {

constexpr std::int64_t most_steps = 1'000'000;

Error bad(const std::string& where, std::string found, std::string expected, std::string advice = {}) {
  return Error(ErrorKind::data, where, std::move(found), std::move(expected), std::move(advice));
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const auto side : shape) text += (text.empty() ? "" : ", ") + std::to_string(side);
  return "[" + text + "]";
}

/// A positive number and nothing else.
std::optional<std::int64_t> step_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 1 || value > most_steps) return {};
  return value;
}

/// The recorded run, checked.
class Recording {
 public:
  explicit Recording(const std::filesystem::path& path) : file_{SafetensorsFile::open(path)} {
    for (const auto& [name, tensor] : file_.tensors()) {
      if (name.rfind("param.", 0) == 0) add_param(name.substr(6), tensor);
    }
    if (params.empty()) {
      throw bad(path.string() + ": nothing to update", "no tensor \"param.<name>\"",
                "one for each parameter");
    }
    for (const auto& [name, tensor] : file_.tensors()) add_grad(name, tensor);
    for (const auto& [key, text] : file_.metadata()) add_setting(key, text);
    read_groups();
  }

  [[nodiscard]] std::string where(const std::string& what) const {
    return file_.path().string() + ": " + what;
  }
  /// An aligned copy: files of others do not always align.
  [[nodiscard]] static std::vector<std::byte> bytes(const TensorView& tensor) {
    std::vector<std::byte> data(tensor.bytes());
    if (!data.empty()) std::memcpy(data.data(), tensor.data, data.size());
    return data;
  }

  std::vector<RunParam> params;
  int bits = 0;
  std::int64_t steps = 0;
  std::map<std::int64_t, std::map<std::string, TensorView>> grads;
  std::map<std::int64_t, Json> settings;
  std::vector<Json> overrides;  // per group

 private:
  void add_param(const std::string& name, const TensorView& tensor) {
    const int own = tensor.type == TensorType::f32 ? 32 : tensor.type == TensorType::f64 ? 64 : 0;
    if (own == 0 || (bits != 0 && bits != own)) {
      throw bad(where("\"param." + name + "\" has another type"), name_of(tensor.type),
                bits == 0 ? "F32 or F64" : "F" + std::to_string(bits) + ", as the parameters before it");
    }
    bits = own;
    params.push_back({name, tensor.shape, bytes(tensor), 0});
  }
  void add_grad(const std::string& name, const TensorView& tensor) {
    if (name.rfind("param.", 0) == 0) return;
    const auto dot = name.find('.', 5);
    const auto step = name.rfind("grad.", 0) == 0 && dot != std::string::npos
                          ? step_number(std::string_view(name).substr(5, dot - 5))
                          : std::nullopt;
    if (!step) throw bad(where("a tensor with another name"), name, "param.<name> or grad.<step>.<name>");
    const auto of = name.substr(dot + 1);
    const auto param =
        std::find_if(params.begin(), params.end(), [&](const auto& p) { return p.name == of; });
    if (param == params.end())
      throw bad(where("a gradient of no parameter"), name, "a parameter of the file");
    const auto type = bits == 32 ? TensorType::f32 : TensorType::f64;
    if (tensor.type != type || tensor.shape != param->shape) {
      throw bad(where("\"" + name + "\" does not fit its parameter"),
                std::string(name_of(tensor.type)) + " " + shape_text(tensor.shape),
                std::string(name_of(type)) + " " + shape_text(param->shape));
    }
    grads[*step][of] = tensor;
    steps = std::max(steps, *step);
  }
  void add_setting(const std::string& key, const std::string& text) {
    if (key.rfind("set.", 0) != 0) return;
    const auto step = step_number(std::string_view(key).substr(4));
    auto json = Json::parse(text, nullptr, false);
    const bool numbers = json.is_object() && std::all_of(json.begin(), json.end(),
                                                         [](const auto& value) { return value.is_number(); });
    if (!step || !numbers)
      throw bad(where("metadata " + key), text, "set.<step>: {\"<hyper>\": number, ...}");
    settings[*step] = std::move(json);
  }
  void read_groups() {
    overrides.emplace_back(Json::object());
    const auto found = file_.metadata().find("groups");
    if (found == file_.metadata().end()) return;
    const auto json = Json::parse(found->second, nullptr, false);
    const std::string expected =
        "[{\"names\": [\"<param>\", ...], \"overrides\": {\"<hyper>\": number}}, ...]";
    if (!json.is_array()) throw bad(where("metadata groups"), found->second, expected);
    for (const auto& group : json) {
      if (!group.is_object() || !group.contains("names") || !group["names"].is_array())
        throw bad(where("metadata groups"), group.dump(), expected);
      for (const auto& name : group["names"]) assign(name, overrides.size());
      overrides.push_back(group.value("overrides", Json::object()));
    }
  }
  void assign(const Json& name, std::size_t group) {
    for (auto& param : params) {
      if (name.is_string() && param.name == name.get<std::string>()) {
        param.group = group;
        return;
      }
    }
    throw bad(where("metadata groups names no parameter"), name.dump(), "a parameter of the file");
  }

  SafetensorsFile file_;
};

/// Puts `json` ({"lr": 0.1}) into the values of one group.
void apply(const Json& json, const std::vector<HyperInfo>& hypers, std::vector<double>& values,
           const std::string& where) {
  std::vector<std::string> known;
  for (const auto& hyper : hypers) known.push_back(hyper.name);
  if (!json.is_object()) throw bad(where, json.dump(), "an object of numbers");
  for (const auto& [name, value] : json.items()) {
    const auto at = std::find(known.begin(), known.end(), name);
    if (at == known.end() || !value.is_number()) {
      throw bad(where, "\"" + name + "\": " + value.dump(), "a number for a hyper-parameter",
                did_you_mean(name, known));
    }
    values[static_cast<std::size_t>(at - known.begin())] = value.get<double>();
  }
}

TensorType type_of(ph_dtype type) {
  if (type.code == PH_DTYPE_INT) return TensorType::i64;
  return type.bits == 64 ? TensorType::f64 : TensorType::f32;
}

/// What will be written.
class Results {
 public:
  void add(const std::string& name, TensorType type, std::vector<std::int64_t> shape,
           std::vector<std::byte> data) {
    auto& kept = data_.emplace_back(std::make_unique<std::vector<std::byte>>(std::move(data)));
    tensors_[name] = {type, std::move(shape), kept->data()};
  }
  void add_params(RuleRun& run, std::int64_t step, int bits) {
    for (std::size_t i = 0; i < run.size(); ++i) {
      const auto& param = run.param(i);
      add("step" + std::to_string(step) + "." + param.name, bits == 32 ? TensorType::f32 : TensorType::f64,
          param.shape, param.data);
    }
  }
  std::size_t add_state(RuleRun& run) {
    for (auto& state : run.state()) {
      add(state.name + "." + run.param(state.param).name, type_of(state.what.dtype), state.what.shape,
          state.data);
    }
    for (auto& state : run.globals())
      add(state.name, type_of(state.what.dtype), state.what.shape, state.data);
    return run.state().size() + run.globals().size();
  }
  void write(const std::filesystem::path& path, const std::string& rule) const {
    write_safetensors(path, tensors_, {{"rule", rule}});
  }

 private:
  std::vector<std::unique_ptr<std::vector<std::byte>>> data_;
  std::map<std::string, TensorView> tensors_;
};

}  // namespace

ReplayResult replay(const PluginCatalog& catalog, const ReplayOptions& options) {
  Recording recording(options.in);
  auto keep = options.steps;
  if (keep.empty()) keep = {recording.steps};
  for (const auto step : keep) {
    if (step >= 1 && step <= recording.steps) continue;
    throw Error(ErrorKind::usage, "--steps: step " + std::to_string(step) + " is not in the recording", {},
                "1 to " + std::to_string(recording.steps));
  }
  const PluginInstance rule(catalog.load(catalog.resolve(PH_KIND_OPTIMIZER, options.type, options.args)),
                            options.args);
  if (rule.api<ph_optimizer_api>().capabilities & PH_OPT_CLOSURE) {
    throw Error(ErrorKind::usage, rule.qualified_name() + " evaluates the loss again in each step",
                "recorded gradients", "a rule that is done with one gradient a step");
  }
  const auto hypers = hypers_of(rule);
  RuleDriver::Hypers values;
  for (const auto& group : recording.overrides) {
    auto& own = values.emplace_back();
    for (const auto& hyper : hypers) own.push_back(hyper.initial);
    apply(group, hypers, own, recording.where("overrides of a group"));
  }
  RuleRun run(rule, recording.bits, std::move(recording.params), options.piece);
  Results results;
  for (std::int64_t step = 1; step <= recording.steps; ++step) {
    if (const auto found = recording.settings.find(step); found != recording.settings.end()) {
      for (auto& group : values)
        apply(found->second, hypers, group, recording.where("metadata set." + std::to_string(step)));
    }
    std::vector<std::vector<std::byte>> grads(run.size());
    for (std::size_t i = 0; i < run.size(); ++i) {
      const auto& of_step = recording.grads[step];
      const auto found = of_step.find(run.param(i).name);
      if (found != of_step.end()) grads[i] = Recording::bytes(found->second);
      run.set_grad(i, found == of_step.end() ? nullptr : grads[i].data());
    }
    run.driver().update(values);
    if (std::find(keep.begin(), keep.end(), step) != keep.end())
      results.add_params(run, step, recording.bits);
  }
  ReplayResult made{rule.qualified_name(), recording.steps, run.size(), results.add_state(run)};
  results.write(options.out, made.rule);
  return made;
}

}  // namespace ph
