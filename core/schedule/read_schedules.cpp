#include "schedule/read_schedules.hpp"

#include <algorithm>

namespace ph {
namespace {

class Reader {
 public:
  Reader(const PluginCatalog& catalog, const Node& config, const std::vector<HyperInfo>& hypers,
         const std::string& optimizer)
      : catalog_{catalog}, hypers_{hypers}, optimizer_{optimizer} {
    const auto runner = config.find("runner");
    iter_based_ = runner && runner->has("type") && runner->at("type").string() == "IterBasedRunner";
  }

  void add(const Node& node, const std::string& name, const std::string& key) {
    const int index = find_hyper(hypers_, name);
    if (index < 0) throw unknown(node, name, key);
    const auto& hyper = hypers_[static_cast<std::size_t>(index)];
    if (!hyper.schedulable)
      throw node.error(optimizer_ + " does not let schedules change " + hyper.name,
                       "a hyper-parameter that may change", "remove " + key);
    for (const auto& other : chains) {
      if (find_hyper(hypers_, other->hyper()) == index)
        throw node.error("a second schedule of " + hyper.name, "one a hyper-parameter", "remove " + key);
    }
    chains.push_back(std::make_shared<ScheduleChain>(catalog_, node, hyper.role, iter_based_,
                                                     hyper.role == PH_ROLE_NONE ? hyper.name : ""));
  }

  std::vector<std::shared_ptr<ScheduleChain>> chains;

 private:
  [[nodiscard]] Error unknown(const Node& node, const std::string& name, const std::string& key) const {
    std::vector<std::string> names;
    for (const auto& hyper : hypers_) names.push_back(hyper.name);
    std::string all;
    for (const auto& known : names) all += (all.empty() ? "" : ", ") + known;
    return node.error(optimizer_ + " has no " + name + " to schedule", "one of its hyper-parameters: " + all,
                      did_you_mean(name, names, "remove " + key));
  }

  const PluginCatalog& catalog_;
  const std::vector<HyperInfo>& hypers_;
  const std::string& optimizer_;
  bool iter_based_ = false;
};

bool validates(const Node& config) {
  if (!config.has("workflow")) return false;
  const auto flow = config.at("workflow").elements();
  return std::any_of(flow.begin(), flow.end(), [](const Node& entry) { return entry[0].string() == "val"; });
}

}  // namespace

int find_hyper(const std::vector<HyperInfo>& hypers, std::string_view role_or_name) noexcept {
  for (std::size_t i = 0; i < hypers.size(); ++i) {
    const bool by_role = hypers[i].role != PH_ROLE_NONE && role_or_name == role_name(hypers[i].role);
    if (by_role || role_or_name == hypers[i].name) return static_cast<int>(i);
  }
  return -1;
}

std::string key_of(const HyperInfo& hyper) {
  return hyper.role == PH_ROLE_NONE ? hyper.name : role_name(hyper.role);
}

std::vector<HyperInfo> shared_hypers(const std::vector<std::vector<HyperInfo>>& of_each) {
  std::vector<HyperInfo> all;
  for (const auto& own : of_each) {
    for (const auto& hyper : own) {
      const int known = find_hyper(all, key_of(hyper));
      if (known < 0) {
        all.push_back(hyper);
      } else if (auto& first = all[static_cast<std::size_t>(known)]; first.name != hyper.name) {
        first.name = key_of(hyper);
      }
    }
  }
  return all;
}

std::vector<std::shared_ptr<ScheduleChain>> read_schedules(const PluginCatalog& catalog, const Node& config,
                                                           const std::vector<HyperInfo>& hypers,
                                                           const std::string& optimizer) {
  Reader reader{catalog, config, hypers, optimizer};
  if (const auto lr = config.find("lr_config")) reader.add(*lr, "lr", "lr_config");
  if (const auto momentum = config.find("momentum_config"))
    reader.add(*momentum, "momentum", "momentum_config");
  if (const auto others = config.find("schedules")) {
    for (const auto& name : others->keys()) {
      if (const auto node = others->find(name)) reader.add(*node, name, "schedules." + name);
    }
  }
  return std::move(reader.chains);
}

void check_monitors(const ScheduleChain& chain, const Node& config, bool by_epoch, bool evaluates) {
  for (const auto& [name, place] : chain.monitors()) {
    if (name.rfind("train/", 0) == 0) {
      if (!by_epoch)
        throw place.error("an iteration-based run has no means over training epochs",
                          "a metric, or val/<name>", "\"runner\": {\"type\": \"EpochBasedRunner\", …}");
    } else if (name.rfind("val/", 0) == 0) {
      if (!validates(config))
        throw place.error("this run computes no losses on the validation set", "[\"val\", 1] in workflow",
                          "\"workflow\": [[\"train\", 1], [\"val\", 1]]");
    } else if (!evaluates) {
      throw place.error("this run makes no evaluation that could give it", "evaluation, and data.val",
                        "add them, or watch train/loss");
    }
  }
}

}  // namespace ph
