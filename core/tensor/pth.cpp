#include "tensor/pth.hpp"

#include <array>
#include <cstdio>

#include "tensor/file_mapping.hpp"
#include "tensor/pth_parts.hpp"
#include "tensor/pth_views.hpp"

namespace ph {
namespace {

constexpr const char* wanted_file = "a file of torch.save";
constexpr std::uint64_t spare_copies = 64'000'000;
// Where training programs keep the weights, in the order in which they are looked for.
constexpr std::array<std::string_view, 3> state_dict_keys{"state_dict", "model", "model_state_dict"};

std::string as_text(const PickleValue& value) {
  switch (value.kind) {
    case PickleKind::boolean:
      return value.integer != 0 ? "true" : "false";
    case PickleKind::integer:
      return std::to_string(value.integer);
    case PickleKind::real: {
      char text[40];
      std::snprintf(text, sizeof text, "%.17g", value.real);
      return text;
    }
    default:
      return std::string(value.text);
  }
}

bool is_fact(const PickleValue& value) {
  return value.kind == PickleKind::boolean || value.kind == PickleKind::integer ||
         value.kind == PickleKind::real || value.kind == PickleKind::text;
}

/// Calls `visit(key, value)` for the members of `dict` whose keys are text.
template <class Visit>
void for_each_member(const Pickle& pickle, const PickleValue& dict, const Visit& visit) {
  if (dict.kind != PickleKind::dict) return;
  for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    const auto& key = pickle.values[dict.items[i]];
    if (key.kind == PickleKind::text) visit(key.text, pickle.values[dict.items[i + 1]]);
  }
}

bool holds_tensors(const Pickle& pickle, const PickleValue& dict) {
  bool any = false;
  for_each_member(pickle, dict, [&](std::string_view, const PickleValue& value) {
    any = any || value.kind == PickleKind::tensor;
  });
  return any;
}

/// The dict of weights and the key under which it was.
std::pair<const PickleValue*, std::string> find_state_dict(const std::filesystem::path& path,
                                                           const Pickle& pickle, const std::string& wanted) {
  const auto& root = pickle.values[pickle.root];
  std::string keys;
  std::map<std::string_view, const PickleValue*> members;
  for_each_member(pickle, root, [&](std::string_view key, const PickleValue& value) {
    members.emplace(key, &value);
    if (keys.size() < 200) keys += (keys.empty() ? "" : ", ") + std::string(key.substr(0, 60));
  });
  const auto searched = wanted.empty()
                            ? std::vector<std::string_view>(state_dict_keys.begin(), state_dict_keys.end())
                            : std::vector<std::string_view>{wanted};
  for (const auto key : searched) {
    const auto found = members.find(key);
    if (found != members.end() && holds_tensors(pickle, *found->second))
      return {found->second, std::string(key)};
  }
  if (wanted.empty() && holds_tensors(pickle, root)) return {&root, ""};
  refuse_file(path, "no weights in it", keys.empty() ? "no dict with names" : "a dict with " + keys,
              "a dict of tensors, by itself or under state_dict, model or model_state_dict",
              "in Python: torch.save(model.state_dict(), \"weights.pth\")");
}

}  // namespace

struct PthFile::Impl {
  FileMapping mapping;
  Format format = Format::zip;
  PthViews views;
  std::map<std::string, TensorView> tensors;
  std::string state_dict;
  std::map<std::string, std::string> facts;
  std::vector<std::string> others;

  explicit Impl(const std::filesystem::path& path)
      : mapping{path, wanted_file}, views{path, mapping.bytes().size() + spare_copies} {}

  void read_tensors(const std::filesystem::path& path, const PthParts& parts, const PickleValue& dict) {
    for_each_member(parts.pickle, dict, [&](std::string_view key, const PickleValue& value) {
      if (value.kind != PickleKind::tensor) return;
      const std::string name(key);
      auto view = views.view(parts, parts.pickle.tensors[static_cast<std::size_t>(value.integer)], name);
      if (!tensors.emplace(name, std::move(view)).second)
        refuse_file(path, "the file is damaged", "two tensors \"" + name + "\"", "each name once");
    });
  }
  void read_facts(const Pickle& pickle) {
    for_each_member(pickle, pickle.values[pickle.root], [&](std::string_view key, const PickleValue& value) {
      if (is_fact(value)) {
        facts.emplace(key, as_text(value));
      } else if (key == "meta") {
        for_each_member(pickle, value, [&](std::string_view inner, const PickleValue& fact) {
          if (is_fact(fact)) facts.emplace("meta." + std::string(inner), as_text(fact));
        });
      } else if (key != state_dict && value.kind != PickleKind::tensor && value.kind != PickleKind::none) {
        others.emplace_back(key);
      }
    });
  }
};

bool PthFile::recognizes(std::string_view bytes) noexcept {
  return bytes.starts_with("PK\x03\x04") || bytes.starts_with(pth_legacy_begin);
}

PthFile PthFile::open(const std::filesystem::path& path, const std::string& wanted) {
  auto impl = std::make_shared<Impl>(path);
  const auto bytes = impl->mapping.bytes();
  if (!recognizes(bytes)) {
    refuse_file(path, "not a file of torch.save", std::to_string(bytes.size()) + " bytes of something else",
                wanted_file);
  }
  const bool zip = bytes.starts_with("PK");
  impl->format = zip ? Format::zip : Format::legacy;
  const auto parts = zip ? read_pth_zip(path, bytes) : read_pth_legacy(path, bytes);
  const auto [dict, key] = find_state_dict(path, parts.pickle, wanted);
  impl->state_dict = key;
  impl->read_tensors(path, parts, *dict);
  impl->read_facts(parts.pickle);
  PthFile file;
  file.impl_ = std::move(impl);
  return file;
}

PthFile::Format PthFile::format() const noexcept { return impl_->format; }
const std::map<std::string, TensorView>& PthFile::tensors() const noexcept { return impl_->tensors; }
const std::string& PthFile::state_dict() const noexcept { return impl_->state_dict; }
const std::map<std::string, std::string>& PthFile::facts() const noexcept { return impl_->facts; }
const std::vector<std::string>& PthFile::others() const noexcept { return impl_->others; }

}  // namespace ph
