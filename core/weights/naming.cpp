#include "weights/naming.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>

#include "config/error.hpp"
#include "embedded.hpp"
#include "weights/final_layers.hpp"
#include "weights/weight_names.hpp"

namespace ph {
namespace {

using Json = nlohmann::ordered_json;

const Json& table() {
  static const auto& all = *new Json(Json::parse(embedded::WEIGHT_NAMES));
  return all;
}

const Json* row_of(const std::string& naming) {
  for (const auto& row : table()["namings"]) {
    if (row["name"] == naming) return &row;
  }
  return nullptr;
}

bool begins_with_any(const std::string& name, const Json& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](const Json& one) { return name.starts_with(one.get<std::string>()); });
}

bool any_begins(const std::vector<std::string>& names, const std::string& beginning) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return name.starts_with(beginning); });
}

enum class Part { backbone, head, other, unknown };
struct Placed {
  Part part;
  std::string rest;  ///< without what stands before the part
};

// `row` is of the naming that `name` is in.
Placed place(const std::string& name, const Json& row) {
  if (begins_with_any(name, table()["other_parts"])) return {Part::other, name};
  const auto backbone = row["backbone"].get<std::string>();
  if (backbone.empty()) {
    const bool head = begins_with_any(name, table()["bare_head"]);
    return {head ? Part::head : Part::backbone, name};
  }
  if (name.starts_with(backbone)) return {Part::backbone, name.substr(backbone.size())};
  const auto head = row["head"].get<std::string>();
  if (name.starts_with(head)) return {Part::head, name.substr(head.size())};
  return {Part::unknown, name};
}

class Renamer {
 public:
  Renamer(const Json& from, const Json& to, const std::vector<std::string>& names, const std::string& file)
      : from_{from}, to_{to}, file_{file}, layers_(names) {
    if (to.contains("only")) only_.emplace(to["only"].get<std::string>());
  }

  /// The new name; nothing when `why` says why there is none.
  std::optional<std::string> rename(const std::string& name, std::string& why, bool& unknown) const {
    const auto [part, rest] = place(name, from_);
    // "head.fc." may be a classifier's or a regression head's; with names in front it counts as the latter.
    const bool named_head = part == Part::head && rest != name;
    if (why = what_is_not_used(name); !why.empty() && !named_head) return std::nullopt;
    unknown = part == Part::unknown;
    if (part == Part::other || part == Part::unknown) return name;
    if (part == Part::backbone) {
      check(name, rest);
      return to_["backbone"].get<std::string>() + rest;
    }
    if (to_["head"].is_null()) {
      why = "a head, which " + to_["name"].get<std::string>() + " does not have";
      return std::nullopt;
    }
    return to_["head"].get<std::string>() + layers_.renamed(rest, to_.value("conv_layers", false));
  }

 private:
  void check(const std::string& name, const std::string& rest) const {
    if (!only_ || std::regex_search(rest, *only_)) return;
    const auto naming = to_["name"].get<std::string>();
    throw Error(ErrorKind::data, file_ + ": " + naming + " has no name for a tensor of the backbone", name,
                "a backbone that " + naming + " has under the same names, such as ResNet-50",
                "--names mmpose0 or mmpose1");
  }

  const Json &from_, &to_;
  const std::string& file_;
  FinalLayers layers_;
  std::optional<std::regex> only_;
};

}  // namespace

std::vector<std::string> known_namings() {
  std::vector<std::string> names;
  for (const auto& row : table()["namings"]) names.push_back(row["name"]);
  return names;
}

std::string naming_of(const std::vector<std::string>& names) {
  if (any_begins(names, "keypoint_head.")) return "mmpose0";
  if (any_begins(names, "head.") && any_begins(names, "backbone.")) return "mmpose1";
  if (any_begins(names, "backbone.")) return "mmpose0";
  for (const auto& beginning : table()["bare_head"]) {
    if (any_begins(names, beginning)) return "hrnet";
  }
  return any_begins(names, "stage2.") ? "hrnet" : "torchvision";
}

Renaming rename_tensors(const std::vector<std::string>& names, const std::string& to,
                        const std::string& file) {
  Renaming renaming;
  renaming.from = naming_of(names);
  const auto* target = row_of(to.empty() ? renaming.from : to);
  if (!target) {
    std::string all;
    for (const auto& name : known_namings()) all += (all.empty() ? "" : ", ") + name;
    throw Error(ErrorKind::usage, "--names " + to + ": there are no such names", to, all,
                did_you_mean(to, known_namings()));
  }
  if (to.empty() || to == renaming.from) {
    for (const auto& name : names) renaming.names.emplace_back(name, name);
    return renaming;
  }
  const Renamer renamer(*row_of(renaming.from), *target, names, file);
  for (const auto& name : names) {
    std::string why;
    bool unknown = false;
    if (const auto renamed = renamer.rename(name, why, unknown)) {
      renaming.names.emplace_back(name, *renamed);
      if (unknown) renaming.unknown.push_back(name);
    } else {
      renaming.left_out.emplace(name, why);
    }
  }
  return renaming;
}

}  // namespace ph
