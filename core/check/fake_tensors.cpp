#include "check/fake_tensors.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>

#include "plugin/instance.hpp"

namespace ph {
namespace {

constexpr std::int64_t shape[] = {4, 3}, strides[] = {3, 1};
constexpr std::size_t n_elements = 12;
constexpr const char* params[] = {"backbone.conv1.weight", "backbone.bn1.weight", "backbone.bn1.bias"};
constexpr const char* buffers[] = {"backbone.bn1.running_mean"};

bool begins_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

ph_tensor view_of(std::vector<float>& numbers) {
  ph_tensor made{};
  made.size = sizeof made;
  made.data = numbers.data();
  made.dtype = {PH_DTYPE_FLOAT, 32, 1};
  made.device_type = PH_DEVICE_CPU;
  made.ndim = 2;
  made.shape = shape;
  made.strides = strides;
  return made;
}

}  // namespace

FakeTensors::FakeTensors() {
  for (const char* name : params) {
    arrays_["param/" + std::string{name}].resize(n_elements);
    arrays_["grad/" + std::string{name}].resize(n_elements);
  }
  for (const char* name : buffers) arrays_["buffer/" + std::string{name}].resize(n_elements);
  for (const char* name : {"batch/img", "output/heatmap"}) arrays_[name].resize(n_elements);
  float value = 1;
  for (auto& [name, numbers] : arrays_) {
    for (auto& number : numbers) number = std::sin(value += 1);
  }
  remember();
}

void FakeTensors::add_slots(const std::vector<ph_hook_slot>& slots) {
  for (const auto& slot : slots) {
    for (const auto& [kind, bit] :
         {std::pair{"param/", PH_SOURCE_PARAMETERS}, std::pair{"buffer/", PH_SOURCE_BUFFERS}}) {
      if ((slot.source & bit) == 0) continue;
      for (const auto& rest : below(kind)) {
        auto first = slot.init == PH_SLOT_COPY ? arrays_[kind + rest] : Numbers(n_elements, 0.0f);
        arrays_.emplace("hook/" + std::string{from_ph(slot.name)} + "/" + rest, std::move(first));
      }
    }
  }
}

void FakeTensors::train(std::int64_t iter) {
  float value = 100.0f * static_cast<float>(iter);
  for (auto& [name, numbers] : arrays_) {
    const bool param = begins_with(name, "param/"), grad = begins_with(name, "grad/");
    for (auto& number : numbers) {
      value += 1;
      if (param) number += 0.01f * std::sin(value);
      if (grad) number = std::sin(value);
    }
  }
  remember();
}

std::string FakeTensors::place_of(const std::string& name) const {
  if (!begins_with(name, "model/")) return name;
  const auto rest = name.substr(6);
  return arrays_.count("param/" + rest) != 0 ? "param/" + rest : "buffer/" + rest;
}

std::vector<std::string> FakeTensors::below(const std::string& prefix) const {
  std::vector<std::string> rests;
  for (const auto& [name, numbers] : arrays_) {
    const bool model = begins_with(name, "param/") || begins_with(name, "buffer/");
    const auto shown =
        begins_with(prefix, "model/") && model ? "model/" + name.substr(name.find('/') + 1) : name;
    if (begins_with(shown, prefix)) rests.push_back(shown.substr(prefix.size()));
  }
  return rests;
}

std::int32_t FakeTensors::find(const std::string& name, ph_tensor* out) {
  const auto found = arrays_.find(place_of(name));
  if (found == arrays_.end()) return PH_ERR_NOT_FOUND;
  const auto made = view_of(found->second);
  std::memcpy(out, &made, std::min<std::size_t>(out->size, sizeof made));
  return PH_OK;
}

std::int32_t FakeTensors::visit(const std::string& prefix, ph_visit_tensor visit, void* user) {
  constexpr std::string_view kinds[] = {"param/", "buffer/", "model/", "grad/",
                                        "slot/",  "hook/",   "batch/", "output/"};
  if (std::none_of(std::begin(kinds), std::end(kinds),
                   [&](auto kind) { return begins_with(prefix, kind); })) {
    return PH_ERR_NOT_FOUND;
  }
  for (const auto& rest : below(prefix)) {
    const auto name = prefix + rest;
    const auto made = view_of(arrays_.at(place_of(name)));
    visit(user, to_ph(name), &made);
  }
  return PH_OK;
}

std::int32_t FakeTensors::matched(const std::string& to, const std::string& from, bool permitted,
                                  const std::function<void(Numbers&, Numbers&)>& work) {
  const auto rests = below(to);
  if (!permitted && !begins_with(to, "hook/")) return PH_ERR_UNSUPPORTED;
  for (const auto& rest : rests) {
    if (arrays_.count(place_of(from + rest)) == 0) return PH_ERR_NOT_FOUND;
  }
  for (const auto& rest : rests) work(arrays_.at(place_of(to + rest)), arrays_.at(place_of(from + rest)));
  return PH_OK;
}

std::int32_t FakeTensors::combine(const std::string& to, double a, const std::string& from, double b,
                                  bool permitted) {
  return matched(to, from, permitted, [&](Numbers& x, Numbers& y) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double old = a == 0 ? 0 : a * static_cast<double>(x[i]);
      x[i] = static_cast<float>(old + b * static_cast<double>(y[i]));
    }
  });
}

std::int32_t FakeTensors::swap(const std::string& one, const std::string& other, bool permitted) {
  const bool both = permitted || (begins_with(one, "hook/") && begins_with(other, "hook/"));
  return both ? matched(one, other, true, [](Numbers& x, Numbers& y) { x.swap(y); }) : PH_ERR_UNSUPPORTED;
}

std::string FakeTensors::changed() const {
  for (const auto& [name, numbers] : before_) {
    const auto& now = arrays_.at(name);
    const bool same = std::memcmp(now.data(), numbers.data(), numbers.size() * sizeof(float)) == 0;
    if (!begins_with(name, "hook/") && !same) return name;
  }
  return {};
}

std::map<std::string, FakeTensors::Numbers> FakeTensors::saved() const {
  std::map<std::string, Numbers> all;
  for (const auto& [name, numbers] : arrays_) {
    if (begins_with(name, "param/") || begins_with(name, "buffer/") || begins_with(name, "hook/"))
      all[name] = numbers;
  }
  return all;
}

void FakeTensors::load(const std::map<std::string, Numbers>& saved) {
  for (const auto& [name, numbers] : saved) arrays_[name] = numbers;
  remember();
}

}  // namespace ph
