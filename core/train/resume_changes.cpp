#include "train/resume_changes.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "config/node.hpp"

namespace ph {
namespace {

// Of these the weights and the optimizer's state depend, or what they mean.
constexpr std::array<const char*, 6> kStructural{
    "/model",           "/optimizer/type",      "/optimizer/others/type",
    "/data/train/type", "/data/train/data_cfg", "/compat"};
// Within them, what may change all the same.
constexpr std::array<const char*, 4> kFree{"/model/test_cfg", "/model/train_cfg", "/model/pretrained",
                                           "/model/backbone/init_cfg"};
// Where the same things are kept on another machine.
constexpr std::array<const char*, 5> kPlaces{"/work_dir", "/load_from", "/resume_from", "/auto_resume",
                                             "/plugins"};

bool below(const std::string& pointer, const char* root) {
  const std::string start(root);
  return pointer == start || pointer.compare(0, start.size() + 1, start + "/") == 0;
}

template <class Roots>
bool below_any(const std::string& pointer, const Roots& roots) {
  return std::any_of(roots.begin(), roots.end(), [&](const char* root) { return below(pointer, root); });
}

std::string shown(const Json* value) {
  if (value == nullptr) return "(absent)";
  const auto text = value->dump(-1, ' ', false, Json::error_handler_t::replace);
  return text.size() > 60 ? text.substr(0, 57) + "..." : text;
}

void compare(const std::string& pointer, const Json* before, const Json* now, ConfigChanges& changes) {
  if (before != nullptr && now != nullptr) {
    if (*before == *now) return;
    if (before->is_object() && now->is_object()) {
      for (const auto& [key, value] : before->items())
        compare(pointer + "/" + key, &value, now->contains(key) ? &(*now)[key] : nullptr, changes);
      for (const auto& [key, value] : now->items()) {
        if (!before->contains(key)) compare(pointer + "/" + key, nullptr, &value, changes);
      }
      return;
    }
  }
  if (below_any(pointer, kPlaces)) return;
  const bool structural = below_any(pointer, kStructural) && !below_any(pointer, kFree);
  (structural ? changes.refused : changes.taken)
      .push_back(pointer + ": " + shown(before) + " -> " + shown(now));
}

}  // namespace

ConfigChanges config_changes(const Json& before, const Json& now) {
  ConfigChanges changes;
  compare("", &before, &now, changes);
  return changes;
}

}  // namespace ph
