#include "train/optimizer.hpp"

#include <ATen/Functions.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "schedule/read_schedules.hpp"
#include "system/limits.hpp"
#include "train/dtype.hpp"

namespace ph {
namespace {

at::ScalarType scalar_type_of(ph_dtype type) {
  if (type.code == PH_DTYPE_INT) return at::kLong;
  if (type.code == PH_DTYPE_BFLOAT) return at::kBFloat16;
  return type.bits == 64 ? at::kDouble : type.bits == 16 ? at::kHalf : at::kFloat;
}

at::Tensor make_slot(const SlotTensor& slot, const at::Tensor& param) {
  const auto options = at::TensorOptions().dtype(scalar_type_of(slot.dtype)).device(at::kCPU);
  // Same strides as the parameter: element i of the span is element i of each.
  auto made = slot.as_param ? at::empty_like(param, options, at::MemoryFormat::Preserve)
                            : at::empty(slot.shape, options);
  if (slot.init == PH_SLOT_COPY) return made.copy_(param);
  return made.fill_(slot.init == PH_SLOT_ONES ? 1 : 0);
}

// Whether element i in memory is the same one of both. Where there is one of a dimension its stride says nothing.
bool lie_alike(const at::Tensor& a, const at::Tensor& b) {
  for (std::int64_t d = 0; d < a.dim(); ++d)
    if (a.size(d) > 1 && a.stride(d) != b.stride(d)) return false;
  return true;
}

void* address_of(const at::Tensor& tensor) { return tensor.defined() ? tensor.data_ptr() : nullptr; }

}  // namespace

Node rule_arguments(const Node& optimizer_config) {
  Json args = optimizer_config.json();
  for (const char* key : {"paramwise_cfg", "constructor", "others"}) args.erase(key);
  return optimizer_config.with(args);
}

Optimizer::Optimizer(const PluginCatalog& catalog, const Node& config, std::vector<TrainableParam> params,
                     const std::string& compat) {
  const auto type = config.at("type");
  const auto ref = catalog.resolve(PH_KIND_OPTIMIZER, type.string(), type);
  rule_ = std::make_unique<PluginInstance>(catalog.load(ref), rule_arguments(config));
  driver_ = std::make_unique<RuleDriver>(*rule_);
  hypers_ = hypers_of(*rule_);

  std::vector<ParamDescription> facts;
  for (const auto& p : params) facts.push_back(p.facts);
  groups_ = make_param_groups(catalog, config, compat, hypers_, facts);
  // From here on only what is trained counts: indices are renumbered.
  std::vector<std::size_t> renumbered(params.size());
  for (std::size_t i = 0; i < params.size(); ++i) {
    renumbered[i] = params_.size();
    if (facts[i].requires_grad) params_.push_back(std::move(params[i]));
  }
  group_of_.resize(params_.size());
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    for (auto& index : groups_[g].params) {
      index = renumbered[index];
      group_of_[index] = g;
    }
    values_.push_back(groups_[g].base);
  }
  make_state();
}

Optimizer::~Optimizer() = default;

int Optimizer::hyper_index(std::int32_t role) const noexcept {
  const auto found =
      std::find_if(hypers_.begin(), hypers_.end(), [&](const auto& hyper) { return hyper.role == role; });
  return found == hypers_.end() ? -1 : static_cast<int>(found - hypers_.begin());
}

int Optimizer::hyper_index(std::string_view name) const noexcept { return find_hyper(hypers_, name); }

void Optimizer::check_hyper(int index, double value) const {
  Json args = rule_->args().json();
  args[Json::json_pointer(hypers_[static_cast<std::size_t>(index)].pointer)] = value;
  const PluginInstance asked(rule_->component(), rule_->args().with(args));
}

void Optimizer::make_state() {
  at::NoGradGuard no_grad;
  std::int64_t bytes = 0;
  const auto account = [&](const SlotTensor& slot) {
    if (slot.present) bytes += numel_of(slot.shape) * slot.dtype.bits / 8;
  };
  std::vector<std::vector<SlotTensor>> wanted;
  for (const auto& param : params_) {
    const auto& trained = param.trained();
    wanted.push_back(slot_tensors(driver_->slots(), dtype_of(trained), trained.sizes().vec()));
    for (const auto& slot : wanted.back()) account(slot);
  }
  global_names_ = global_tensors(driver_->slots());
  for (const auto& slot : global_names_) account(slot);
  refuse_absurd_state(*rule_, bytes, usable_memory());

  std::vector<RuleParam> rule_params;
  for (std::size_t i = 0; i < params_.size(); ++i) {
    // Rules run on the CPU in ABI 0.9 (kernels are drafts): a parameter on a GPU has a copy here.
    const auto& param = params_[i].trained();
    work_.push_back(param.is_cpu() ? param.detach() : param.detach().to(at::kCPU));
    const auto& tensor = work_.back();
    if (!tensor.is_non_overlapping_and_dense()) {
      throw Error(ErrorKind::internal, "parameter " + params_[i].facts.name + " is not dense in memory");
    }
    RuleParam made{params_[i].facts.name,
                   dtype_of(tensor),
                   tensor.sizes().vec(),
                   tensor.strides().vec(),
                   tensor.numel(),
                   tensor.data_ptr(),
                   nullptr,
                   {},
                   0,
                   group_of_[i]};
    auto& own = slots_.emplace_back();
    for (const auto& slot : wanted[i]) {
      own.push_back(slot.present ? make_slot(slot, tensor) : at::Tensor());
      made.slots.push_back(address_of(own.back()));
    }
    rule_params.push_back(std::move(made));
  }
  if (!wanted.empty()) slot_names_ = std::move(wanted.front());
  std::vector<void*> globals;
  for (const auto& slot : global_names_) {
    globals_.push_back(make_slot(slot, {}));
    globals.push_back(globals_.back().data_ptr());
  }
  gradients_.resize(params_.size());
  driver_->set_params(std::move(rule_params), std::move(globals));
}

void Optimizer::zero_grad() {
  for (auto& param : params_) param.tensor.mutable_grad() = at::Tensor();
}

void Optimizer::widen_gradients() {
  at::NoGradGuard no_grad;
  for (auto& param : params_) {
    auto& grad = param.tensor.mutable_grad();
    if (grad.defined() && param.master.defined() && grad.scalar_type() != param.master.scalar_type())
      grad = at::empty_like(param.master).copy_(grad);
  }
}

// Where the driver finds parameters and gradients.
void Optimizer::collect_gradients() {
  for (std::size_t i = 0; i < params_.size(); ++i) {
    const auto& param = work_[i];
    const auto& grad = params_[i].tensor.grad();
    if (!grad.defined()) {
      gradients_[i] = at::Tensor();
    } else if (grad.is_cpu() && grad.scalar_type() == param.scalar_type() && lie_alike(grad, param)) {
      gradients_[i] = grad;
    } else {
      // Autograd may lay a gradient out differently (channels_last); elements must line up. The last one's copy is
      // used again, where nobody else has it.
      auto& copy = gradients_[i];
      if (!copy.defined() || copy.use_count() > 1 || copy.scalar_type() != param.scalar_type() ||
          !lie_alike(copy, param))
        copy = at::empty_like(param, param.options().requires_grad(false), at::MemoryFormat::Preserve);
      copy.copy_(grad);
    }
    if (!params_[i].tensor.is_cpu() && grad.defined()) work_[i].copy_(params_[i].trained());
    auto& seen = driver_->params()[i];
    seen.data = work_[i].data_ptr();
    seen.grad = grad.defined() ? gradients_[i].const_data_ptr() : nullptr;
  }
}

void Optimizer::copy_back() {
  for (std::size_t i = 0; i < params_.size(); ++i) {
    const auto& param = params_[i];
    if (!param.tensor.is_cpu()) param.trained().copy_(work_[i], /*non_blocking=*/true);
    if (param.master.defined()) param.tensor.copy_(param.master);
  }
}

void Optimizer::step(const RuleDriver::Evaluate& evaluate, double loss) {
  at::NoGradGuard no_grad;
  collect_gradients();
  if (!evaluate) {
    driver_->update(values_);
  } else {
    driver_->update(
        values_,
        [&] {
          copy_back();
          const double found = evaluate();
          collect_gradients();
          return found;
        },
        loss);
  }
  copy_back();
}

void Optimizer::show_eval_weights(bool show) {
  if (!has_eval_weights() || show == !trained_.empty()) return;
  at::NoGradGuard no_grad;
  if (show) {
    for (std::size_t i = 0; i < params_.size(); ++i) {
      work_[i].copy_(params_[i].trained());
      trained_.push_back(work_[i].clone());
      driver_->params()[i].data = work_[i].data_ptr();
    }
    driver_->write_eval(values_);
  } else {
    for (std::size_t i = 0; i < params_.size(); ++i) work_[i].copy_(trained_[i]);
    trained_.clear();
  }
  copy_back();
}

// visit(name in the checkpoint, tensor) for each tensor of state that exists.
template <class Visit>
void Optimizer::each_state(const Visit& visit) const {
  for (std::size_t i = 0; i < params_.size(); ++i) {
    for (std::size_t s = 0; s < slots_[i].size(); ++s) {
      if (slots_[i][s].defined())
        visit("@opt/" + slot_names_[s].name + "/" + params_[i].facts.name, slots_[i][s]);
    }
  }
  for (std::size_t g = 0; g < globals_.size(); ++g) visit("@opt/" + global_names_[g].name, globals_[g]);
}

std::int64_t Optimizer::state_bytes() const noexcept {
  std::int64_t bytes = 0;
  each_state([&](const std::string&, const at::Tensor& tensor) {
    bytes += static_cast<std::int64_t>(tensor.nbytes());
  });
  return bytes;
}

at::Tensor Optimizer::slot(std::string_view slot, std::string_view param) const {
  for (std::size_t i = 0; i < params_.size(); ++i) {
    if (params_[i].facts.name != param) continue;
    for (std::size_t s = 0; s < slots_[i].size(); ++s) {
      if (slot_names_[s].name == slot) return slots_[i][s];
    }
  }
  return {};
}

std::map<std::string, at::Tensor> Optimizer::state() const {
  std::map<std::string, at::Tensor> all;
  for (std::size_t i = 0; i < params_.size(); ++i) {
    const auto& name = params_[i].facts.name;
    all["@opt/step/" + name] = at::scalar_tensor(driver_->params()[i].step, at::kLong);
    // The file's weights are those to evaluate; a resumed run goes on with these.
    if (!trained_.empty()) all["@opt/trained/" + name] = trained_[i];
  }
  if (needs_closure()) all["@opt/calls"] = at::scalar_tensor(driver_->closure_steps, at::kLong);
  each_state([&](const std::string& name, const at::Tensor& tensor) { all[name] = tensor; });
  return all;
}

void Optimizer::load_state(const std::map<std::string, at::Tensor>& saved, const std::string& file) {
  at::NoGradGuard no_grad;
  const auto find = [&](const std::string& name, at::IntArrayRef shape) -> const at::Tensor& {
    const auto found = saved.find(name);
    if (found == saved.end()) {
      throw Error(ErrorKind::data, file + ": no optimizer state \"" + name + "\"",
                  "a checkpoint of another optimizer or model", "the state of " + rule_->qualified_name(),
                  "resume with the config that made it, or use --load-from");
    }
    if (found->second.sizes() != shape) {
      throw Error(ErrorKind::data, file + ": optimizer state \"" + name + "\" has another shape",
                  c10::str(found->second.sizes()), c10::str(shape),
                  "resume with the config that made it, or use --load-from");
    }
    return found->second;
  };
  for (std::size_t i = 0; i < params_.size(); ++i) {
    const auto& name = params_[i].facts.name;
    driver_->params()[i].step = find("@opt/step/" + name, {}).item<std::int64_t>();
    if (!has_eval_weights()) continue;
    params_[i].trained().copy_(find("@opt/trained/" + name, params_[i].tensor.sizes()));
    if (params_[i].master.defined()) params_[i].tensor.copy_(params_[i].master);
  }
  if (needs_closure()) driver_->closure_steps = find("@opt/calls", {}).item<std::int64_t>();
  each_state([&](const std::string& name, const at::Tensor& tensor) {
    at::Tensor(tensor).copy_(find(name, tensor.sizes()));
  });
}

}  // namespace ph
