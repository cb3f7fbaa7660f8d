#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/args.hpp"

namespace ph {

/// Types of one kind ("backbone", "transform", …) that a config selects by name. Filled by explicit
/// register_…() functions (one list per folder: a reader sees what exists), then only read.
/// `Extra...` is what makers get besides their arguments.
template <class Base, class... Extra>
class Registry {
 public:
  using Made = std::shared_ptr<Base>;
  using Maker = std::function<Made(const Node&, Extra...)>;
  explicit Registry(std::string kind) : kind_(std::move(kind)) {}

  /// Registers `name`; `Args` has a table(), and `make` gets the arguments read from the config.
  template <class Args>
  void add(std::string name, std::function<Made(const Args&, Extra...)> make) {
    entries_[std::move(name)] = Entry{[] { return Args::table().schema_text(); },
                                      [make = std::move(make)](const Node& node, Extra... extra) {
                                        return make(Args::table().read(node), extra...);
                                      }};
  }
  /// Another name for a registered type (mmpose's older spellings).
  void alias(std::string name, const std::string& target) { entries_[std::move(name)] = entries_.at(target); }

  /// Makes what node["type"] names. Throws Error(config): no type, unknown type (nearest names
  /// given), wrong arguments.
  [[nodiscard]] Made make(const Node& node, Extra... extra) const { return find(node).make(node, extra...); }
  [[nodiscard]] bool contains(const std::string& name) const { return entries_.contains(name); }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& [name, entry] : entries_) all.push_back(name);
    return all;
  }
  [[nodiscard]] std::string schema_text(const std::string& name) const { return entries_.at(name).schema(); }

 private:
  struct Entry {
    std::function<std::string()> schema;
    Maker make;
  };
  const Entry& find(const Node& node) const {
    if (!node.is_object()) throw node.error("not an object", "{\"type\": <" + kind_ + ">, …}");
    if (!node.has("type")) throw node.error("no type given", "\"type\": a " + kind_);
    const auto name = node.at("type").string();
    const auto found = entries_.find(name);
    if (found != entries_.end()) return found->second;
    throw node.at("type").error("there is no " + kind_ + " \"" + name + "\"", list(),
                                did_you_mean(name, names()));
  }
  std::string list() const {
    std::string all = "one of";
    for (const auto& [name, entry] : entries_) all += " " + name;
    return all;
  }
  std::string kind_;
  std::map<std::string, Entry> entries_;
};

}  // namespace ph
