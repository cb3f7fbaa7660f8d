#include "train/optimizer.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>

#include "train/dtype.hpp"

namespace ph {
namespace {

// Large enough that a call costs nothing beside its work, small enough to share among threads.
constexpr std::int64_t kChunkElements = 1 << 16;

at::ScalarType slot_type(std::int32_t rule, const at::Tensor& param) {
  switch (rule) {
    case PH_SLOT_F32:
      return at::kFloat;
    case PH_SLOT_F64:
      return at::kDouble;
    case PH_SLOT_I64:
      return at::kLong;
    default:
      return param.scalar_type();
  }
}

void fill(at::Tensor& slot, std::int32_t init, const at::Tensor& param) {
  if (init == PH_SLOT_ONES) {
    slot.fill_(1);
  } else if (init == PH_SLOT_COPY) {
    slot.copy_(param.detach());
  } else {
    slot.zero_();
  }
}

}  // namespace

struct Optimizer::Chunk {
  std::size_t param;
  std::int64_t begin, count;
};

Optimizer::Optimizer(const PluginCatalog& catalog, const Node& config, std::vector<TrainableParam> params) {
  const auto type = config.at("type");
  const auto ref = catalog.resolve(PH_KIND_OPTIMIZER, type.string(), type);
  Json args = config.json();
  args.erase("paramwise_cfg");
  args.erase("constructor");
  rule_ = std::make_unique<PluginInstance>(catalog.load(ref), config.with(args));
  api_ = &rule_->api<ph_optimizer_api>();
  if (!(api_->capabilities & PH_OPT_ELEMENTWISE)) {
    throw Error(ErrorKind::plugin,
                config.where() + ": " + rule_->qualified_name() + " works in a way this host does not know",
                "capabilities " + std::to_string(api_->capabilities), "elementwise (1)", "a newer posehost");
  }
  hypers_ = hypers_of(*rule_);
  scalars_.resize(static_cast<std::size_t>(api_->n_scalars));

  std::vector<ParamDescription> facts;
  for (const auto& p : params) facts.push_back(p.facts);
  groups_ = make_param_groups(catalog, config, hypers_, facts);
  // From here on only what is trained counts: indices are renumbered.
  std::vector<std::size_t> renumbered(params.size());
  for (std::size_t i = 0; i < params.size(); ++i) {
    renumbered[i] = params_.size();
    if (params[i].facts.requires_grad) params_.push_back(std::move(params[i]));
  }
  group_of_.resize(params_.size());
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    for (auto& index : groups_[g].params) {
      index = renumbered[index];
      group_of_[index] = g;
    }
    values_.push_back(groups_[g].base);
  }
  read_slots();
  prepare();
}

Optimizer::~Optimizer() = default;

int Optimizer::hyper_index(std::int32_t role) const noexcept {
  const auto found =
      std::find_if(hypers_.begin(), hypers_.end(), [&](const auto& hyper) { return hyper.role == role; });
  return found == hypers_.end() ? -1 : static_cast<int>(found - hypers_.begin());
}

int Optimizer::hyper_index(std::string_view name) const noexcept {
  for (const auto role : {PH_ROLE_LR, PH_ROLE_MOMENTUM, PH_ROLE_WEIGHT_DECAY}) {
    if (name == role_name(role)) return hyper_index(role);
  }
  const auto found =
      std::find_if(hypers_.begin(), hypers_.end(), [&](const auto& hyper) { return hyper.name == name; });
  return found == hypers_.end() ? -1 : static_cast<int>(found - hypers_.begin());
}

void Optimizer::read_slots() {
  at::NoGradGuard no_grad;
  for (const auto& info : slots_of(*rule_)) {
    Slot made{info.name, {}};
    for (const auto& param : params_) {
      // Same strides as the parameter: element i of the span is element i of each.
      const auto options = param.tensor.options().dtype(slot_type(info.dtype, param.tensor)).device(at::kCPU);
      auto tensor = at::empty_like(param.tensor, options.requires_grad(false), at::MemoryFormat::Preserve);
      fill(tensor, info.init, param.tensor);
      made.tensors.push_back(std::move(tensor));
    }
    slots_.push_back(std::move(made));
  }
  steps_.assign(params_.size(), 0);
  gradients_.resize(params_.size());
  // Rules run on the CPU in ABI 0.9 (kernels are drafts): a parameter on a GPU has a copy here.
  for (const auto& param : params_) {
    work_.push_back(param.tensor.is_cpu() ? param.tensor.detach() : param.tensor.detach().to(at::kCPU));
  }
}

void Optimizer::prepare() {
  for (std::size_t i = 0; i < params_.size(); ++i) {
    const auto& tensor = work_[i];
    if (!tensor.is_non_overlapping_and_dense()) {
      throw Error(ErrorKind::internal, "parameter " + params_[i].facts.name + " is not dense in memory");
    }
    const auto first = chunks_.size();
    for (std::int64_t begin = 0; begin < tensor.numel(); begin += kChunkElements) {
      chunks_.push_back({i, begin, std::min(kChunkElements, tensor.numel() - begin)});
    }
    chunks_of_.emplace_back(first, chunks_.size());
  }
  slot_pointers_.resize(chunks_.size() * std::max<std::size_t>(1, slots_.size()));
  for (std::size_t c = 0; c < chunks_.size(); ++c) {
    for (std::size_t s = 0; s < slots_.size(); ++s) {
      const auto& tensor = slots_[s].tensors[chunks_[c].param];
      slot_pointers_[c * slots_.size() + s] =
          static_cast<char*>(tensor.data_ptr()) +
          chunks_[c].begin * static_cast<std::int64_t>(tensor.element_size());
    }
  }
  spans_.reserve(chunks_.size());
  if (!api_->prepare) return;

  std::vector<ph_param> facts(params_.size());
  std::vector<const ph_param*> pointers;
  for (std::size_t i = 0; i < params_.size(); ++i) {
    const auto& tensor = work_[i];
    auto& fact = facts[i];
    fact.size = sizeof fact;
    fact.name = to_ph(params_[i].facts.name);
    fact.index = static_cast<std::uint32_t>(i);
    fact.dtype = dtype_of(tensor);
    fact.device_type = PH_DEVICE_CPU;
    fact.ndim = static_cast<std::int32_t>(tensor.dim());
    fact.shape = tensor.sizes().data();
    fact.strides = tensor.strides().data();
    fact.numel = fact.full_numel = tensor.numel();
    pointers.push_back(&fact);
  }
  ph_layout layout{};
  layout.size = sizeof layout;
  layout.generation = 1;
  layout.params = pointers.data();
  layout.n_params = static_cast<std::int64_t>(pointers.size());
  rule_->check(api_->prepare(rule_->self(), &layout), "prepare");
}

void Optimizer::zero_grad() {
  for (auto& param : params_) param.tensor.mutable_grad() = at::Tensor();
}

void Optimizer::collect_gradients() {
  for (std::size_t i = 0; i < params_.size(); ++i) {
    const auto& param = work_[i];
    const auto& grad = params_[i].tensor.grad();
    if (!grad.defined()) {
      gradients_[i] = at::Tensor();
    } else if (grad.is_cpu() && grad.strides() == param.strides() &&
               grad.scalar_type() == param.scalar_type()) {
      gradients_[i] = grad;
    } else {
      // Autograd may lay a gradient out differently (channels_last); elements must line up.
      gradients_[i] =
          at::empty_like(param, param.options().requires_grad(false), at::MemoryFormat::Preserve).copy_(grad);
    }
  }
}

void Optimizer::step() {
  at::NoGradGuard no_grad;
  collect_gradients();
  for (std::size_t i = 0; i < params_.size(); ++i) {
    if (!params_[i].tensor.is_cpu() && gradients_[i].defined()) work_[i].copy_(params_[i].tensor);
  }
  for (std::size_t i = 0; i < params_.size(); ++i) steps_[i] += gradients_[i].defined() ? 1 : 0;

  // Groups for display are not groups for stepping: whatever has equal numbers goes in one call.
  auto& done = done_;
  auto& members = members_;
  done.assign(params_.size(), false);
  for (std::size_t i = 0; i < params_.size(); ++i) {
    if (done[i] || !gradients_[i].defined()) continue;
    const auto& hyper = values_[group_of_[i]];
    const auto& first = work_[i];
    members.clear();
    for (std::size_t j = i; j < params_.size(); ++j) {
      if (done[j] || !gradients_[j].defined() || steps_[j] != steps_[i]) continue;
      if (work_[j].scalar_type() != first.scalar_type()) continue;
      if (group_of_[j] != group_of_[i] && values_[group_of_[j]] != hyper) continue;
      done[j] = true;
      members.push_back(j);
    }
    run_range(hyper, steps_[i], members);
  }
  for (std::size_t i = 0; i < params_.size(); ++i) {
    if (!params_[i].tensor.is_cpu() && gradients_[i].defined())
      params_[i].tensor.copy_(work_[i], /*non_blocking=*/true);
  }
}

void Optimizer::run_range(const std::vector<double>& hyper, std::int64_t step,
                          const std::vector<std::size_t>& members) {
  ph_scalars_args numbers{};
  numbers.size = sizeof numbers;
  numbers.hyper = hyper.data();
  numbers.n_hyper = static_cast<std::int64_t>(hyper.size());
  numbers.step = step;
  numbers.out = scalars_.data();
  numbers.n_out = static_cast<std::int64_t>(scalars_.size());
  rule_->check(api_->scalars(rule_->self(), &numbers), "scalars");

  spans_.clear();
  for (const auto index : members) {
    const auto& param = work_[index];
    const auto bytes = static_cast<std::int64_t>(param.element_size());
    auto* data = static_cast<char*>(param.data_ptr());
    const auto* grad = static_cast<const char*>(gradients_[index].const_data_ptr());
    for (auto c = chunks_of_[index].first; c < chunks_of_[index].second; ++c) {
      const auto& chunk = chunks_[c];
      spans_.push_back({data + chunk.begin * bytes, grad + chunk.begin * bytes, chunk.count, step,
                        &slot_pointers_[c * slots_.size()], static_cast<std::uint32_t>(index), 0});
    }
  }
  if (spans_.empty()) return;  // only parameters without elements

  ph_range_args args{};
  args.size = sizeof args;
  args.span_stride = sizeof(ph_span);
  args.scalars = scalars_.data();
  args.n_scalars = static_cast<std::int64_t>(scalars_.size());
  args.dtype = dtype_of(work_[members.front()]);
  args.device_type = PH_DEVICE_CPU;
  std::atomic<std::int32_t> status{PH_OK};
  at::parallel_for(0, static_cast<std::int64_t>(spans_.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    auto mine = args;
    mine.spans = &spans_[static_cast<std::size_t>(begin)];
    mine.n_spans = end - begin;
    const auto result = api_->range(rule_->self(), &mine);
    if (result != PH_OK) status = result;
  });
  rule_->check(status, "range");
}

std::int64_t Optimizer::state_bytes() const noexcept {
  std::int64_t bytes = 0;
  for (const auto& slot : slots_) {
    for (const auto& tensor : slot.tensors) bytes += static_cast<std::int64_t>(tensor.nbytes());
  }
  return bytes;
}

at::Tensor Optimizer::slot(std::string_view slot, std::string_view param) const {
  for (const auto& candidate : slots_) {
    if (candidate.name != slot) continue;
    for (std::size_t i = 0; i < params_.size(); ++i) {
      if (params_[i].facts.name == param) return candidate.tensors[i];
    }
  }
  return {};
}

std::map<std::string, at::Tensor> Optimizer::state() const {
  std::map<std::string, at::Tensor> all;
  for (std::size_t i = 0; i < params_.size(); ++i) {
    const auto& name = params_[i].facts.name;
    all["@opt/step/" + name] = at::scalar_tensor(steps_[i], at::kLong);
    for (const auto& slot : slots_) all["@opt/" + slot.name + "/" + name] = slot.tensors[i];
  }
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
    steps_[i] = find("@opt/step/" + name, {}).item<std::int64_t>();
    for (auto& slot : slots_)
      slot.tensors[i].copy_(find("@opt/" + slot.name + "/" + name, params_[i].tensor.sizes()));
  }
}

}  // namespace ph
