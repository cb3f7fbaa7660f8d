#include "train/optimizer_set.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "rule/param_facts.hpp"
#include "schedule/read_schedules.hpp"
#include "train/dtype.hpp"

namespace ph {
namespace {

bool is_within(const std::string& name, const std::string& part) {
  return name.compare(0, part.size(), part) == 0 && (name.size() == part.size() || name[part.size()] == '.');
}

// Index of the longest part that contains the parameter; parts.size() if none does.
std::size_t part_of(const std::string& name, const std::vector<std::string>& parts) {
  auto best = parts.size();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (is_within(name, parts[i]) && (best == parts.size() || parts[i].size() > parts[best].size())) best = i;
  }
  return best;
}

// "backbone", "backbone.layer1", …: what a part may be called.
std::vector<std::string> modules_of(const std::vector<TrainableParam>& params) {
  std::set<std::string> names;
  for (const auto& param : params) {
    const auto& module = param.facts.module;
    for (auto dot = module.find('.'); dot != std::string::npos; dot = module.find('.', dot + 1))
      names.insert(module.substr(0, dot));
    names.insert(module);
  }
  return {names.begin(), names.end()};
}

std::string top_modules(const std::vector<std::string>& modules) {
  std::string all;
  for (const auto& name : modules) {
    if (!name.empty() && name.find('.') == std::string::npos) all += (all.empty() ? "" : ", ") + name;
  }
  return all;
}

// "@opt/k" of one of several: what belongs to no parameter would stand there twice.
std::string saved_name(const std::string& name, const std::string& part) {
  return part.empty() || name.find('/', name.find('/') + 1) != std::string::npos ? name : name + "@" + part;
}

bool takes(const PluginInstance& rule, const TrainableParam& param) {
  const auto& tensor = param.trained();
  RuleParam asked;
  asked.name = param.facts.name;
  asked.dtype = dtype_of(tensor);
  asked.shape = tensor.sizes().vec();
  asked.strides = tensor.strides().vec();
  asked.numel = tensor.numel();
  return takes(rule, asked);
}

}  // namespace

OptimizerSet::OptimizerSet(const PluginCatalog& catalog, const Node& config,
                           std::vector<TrainableParam> params, const std::string& compat) {
  if (config.has("type")) {
    add(catalog, "", config, params, compat);
    check_alone(config);
    return;
  }
  std::vector<std::string> parts;
  for (const auto& key : config.keys()) {
    if (config.has(key)) parts.push_back(key);
  }
  std::vector<std::vector<TrainableParam>> shares(parts.size());
  for (const auto& param : params) {
    const auto part = part_of(param.facts.name, parts);
    if (part < parts.size()) {
      shares[part].push_back(param);
    } else if (param.facts.requires_grad) {
      left_out_.push_back(param.facts.name);
    }
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto member = config.at(parts[i]);
    if (shares[i].empty()) {
      const auto modules = modules_of(params);
      throw member.error("no parameter of the network is in \"" + parts[i] + "\"",
                         "a part of the network: " + top_modules(modules), did_you_mean(parts[i], modules));
    }
    add(catalog, parts[i], member, shares[i], compat);
  }
  check_alone(config);
}

void OptimizerSet::check_alone(const Node& config) const {
  for (const auto& [part, optimizer, first] : members_) {
    if (members_.size() == 1 || !optimizer->needs_closure()) continue;
    throw config.error(optimizer->rule().qualified_name() +
                           " evaluates the loss itself, which it cannot beside another optimizer",
                       "such an optimizer for the whole network, or another one here");
  }
}

// Each of the two sees all parameters, the other's as ones that are not trained: so that what names some of them
// (custom_keys) is not taken for a mistake.
void OptimizerSet::add_with_others(const PluginCatalog& catalog, const std::string& part, const Node& config,
                                   const std::vector<TrainableParam>& params, const std::string& compat) {
  const auto type = config.at("type"), others = config.at("others");
  const PluginInstance asked(catalog.load(catalog.resolve(PH_KIND_OPTIMIZER, type.string(), type)),
                             rule_arguments(config));
  auto own = params, rest = params;
  std::size_t n_own = 0, n_rest = 0;
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (!params[i].facts.requires_grad) continue;
    const bool taken = takes(asked, params[i]);
    (taken ? rest : own)[i].facts.requires_grad = false;
    ++(taken ? n_own : n_rest);
  }
  if (n_own == 0 || n_rest == 0) {
    throw others.error(
        asked.qualified_name() + " takes " + (n_own == 0 ? "no" : "every") + " parameter of the network",
        n_own == 0 ? "the other optimizer in its place" : "no \"others\" beside it");
  }
  Json first = config.json(), second = others.json();
  first.erase("others");
  if (!others.has("paramwise_cfg") && !others.has("constructor")) {
    for (const char* key : {"paramwise_cfg", "constructor"})
      if (config.has(key)) second[key] = first[key];
  }
  add(catalog, part.empty() ? asked.component().name : part, config.with(first), own, compat);
  add(catalog, part.empty() ? "others" : part + ".others", others.with(second), rest, compat);
}

void OptimizerSet::add(const PluginCatalog& catalog, const std::string& part, const Node& config,
                       const std::vector<TrainableParam>& params, const std::string& compat) {
  if (config.has("others")) return add_with_others(catalog, part, config, params, compat);
  auto optimizer = std::make_unique<Optimizer>(catalog, config, params, compat);
  std::set<std::string> trained;
  for (const auto& param : optimizer->params()) trained.insert(param.facts.name);
  for (const auto& param : params) {
    const auto& facts = param.facts;
    if (facts.requires_grad && facts.alias_of.empty() && trained.count(facts.name) == 0)
      frozen_.insert(facts.name);
  }
  members_.push_back({part, std::move(optimizer), n_groups()});
}

std::string OptimizerSet::description() const {
  std::string all;
  for (const auto& [part, optimizer, first] : members_) {
    all += (all.empty() ? "" : ", ") + (part.empty() ? "" : part + ": ") + optimizer->rule().qualified_name();
  }
  return all;
}

std::size_t OptimizerSet::n_groups() const noexcept {
  return members_.empty() ? 0 : members_.back().first_group + members_.back().optimizer->groups().size();
}

std::optional<double> OptimizerSet::hyper(std::size_t group, std::string_view role_or_name) const {
  for (const auto& [part, optimizer, first] : members_) {
    if (group < first || group - first >= optimizer->groups().size()) continue;
    const auto index = optimizer->hyper_index(role_or_name);
    if (index < 0) return std::nullopt;
    return optimizer->hyper(group - first, index);
  }
  return std::nullopt;
}

const HyperInfo* OptimizerSet::find_hyper(std::string_view role_or_name) const noexcept {
  for (const auto& member : members_) {
    const auto index = member.optimizer->hyper_index(role_or_name);
    if (index >= 0) return &member.optimizer->hypers()[static_cast<std::size_t>(index)];
  }
  return nullptr;
}

bool OptimizerSet::set_hyper(std::optional<std::size_t> group, std::string_view role_or_name, double value) {
  bool any = false;
  for (const auto& [part, optimizer, first] : members_) {
    const auto index = optimizer->hyper_index(role_or_name);
    if (index < 0) continue;
    for (std::size_t g = 0; g < optimizer->groups().size(); ++g) {
      if (group && *group != first + g) continue;
      optimizer->set_hyper(g, index, value);
      any = true;
    }
  }
  return any;
}

std::vector<HyperInfo> OptimizerSet::hypers() const {
  std::vector<std::vector<HyperInfo>> each;
  for (const auto& member : members_) each.push_back(member.optimizer->hypers());
  return shared_hypers(each);
}

void OptimizerSet::zero_grad() {
  for (auto& member : members_) member.optimizer->zero_grad();
}

void OptimizerSet::widen_gradients() {
  for (auto& member : members_) member.optimizer->widen_gradients();
}

bool OptimizerSet::needs_closure() const noexcept {
  return std::any_of(members_.begin(), members_.end(),
                     [](const auto& member) { return member.optimizer->needs_closure(); });
}

void OptimizerSet::step(const RuleDriver::Evaluate& evaluate, double loss) {
  for (auto& member : members_) member.optimizer->step(evaluate, loss);
}

void OptimizerSet::show_eval_weights(bool show) {
  for (auto& member : members_) member.optimizer->show_eval_weights(show);
}

bool OptimizerSet::shows_eval_weights() const noexcept {
  return std::any_of(members_.begin(), members_.end(),
                     [](const auto& member) { return member.optimizer->shows_eval_weights(); });
}

std::vector<at::Tensor> OptimizerSet::gradients() const {
  std::vector<at::Tensor> all;
  for (const auto& member : members_) {
    for (const auto& param : member.optimizer->params()) {
      if (param.tensor.grad().defined()) all.push_back(param.tensor.grad());
    }
  }
  return all;
}

std::map<std::string, at::Tensor> OptimizerSet::named_gradients() const {
  std::map<std::string, at::Tensor> all;
  for (const auto& member : members_) {
    for (const auto& param : member.optimizer->params()) {
      if (param.tensor.grad().defined()) all[param.facts.name] = param.tensor.grad();
    }
  }
  return all;
}

bool OptimizerSet::load_gradients(const std::map<std::string, at::Tensor>& saved, const std::string& prefix) {
  bool any = false;
  for (const auto& member : members_) {
    for (const auto& param : member.optimizer->params()) {
      const auto found = saved.find(prefix + param.facts.name);
      if (found == saved.end()) continue;
      if (found->second.sizes() != param.tensor.sizes())
        throw Error(ErrorKind::data, "\"" + found->first + "\" has another shape",
                    c10::str(found->second.sizes()), c10::str(param.tensor.sizes()),
                    "resume with the config that made the checkpoint");
      at::Tensor tensor = param.tensor;
      // As autograd lays it out, or the sums would not be the unbroken run's bit for bit.
      tensor.mutable_grad() = at::empty_like(param.trained().detach()).copy_(found->second);
      any = true;
    }
  }
  return any;
}

std::int64_t OptimizerSet::state_bytes() const noexcept {
  std::int64_t bytes = 0;
  for (const auto& member : members_) bytes += member.optimizer->state_bytes();
  return bytes;
}

std::map<std::string, at::Tensor> OptimizerSet::state() const {
  std::map<std::string, at::Tensor> all;
  for (const auto& member : members_) {
    for (auto& [name, tensor] : member.optimizer->state()) all[saved_name(name, member.part)] = tensor;
  }
  return all;
}

at::Tensor OptimizerSet::slot(std::string_view slot, std::string_view param) const {
  for (const auto& member : members_) {
    if (auto found = member.optimizer->slot(slot, param); found.defined()) return found;
  }
  return {};
}

void OptimizerSet::load_state(const std::map<std::string, at::Tensor>& saved, const std::string& file) {
  for (auto& member : members_) {
    auto own = saved;
    if (!member.part.empty()) {
      for (const auto& [name, tensor] : saved) {
        const auto at = name.find('@', 1);
        if (at != std::string::npos && name.substr(at + 1) == member.part) own[name.substr(0, at)] = tensor;
      }
    }
    member.optimizer->load_state(own, file);
  }
}

}  // namespace ph
