#include "plugin/lock.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "config/strict_json.hpp"
#include "plugin/text_rules.hpp"
#include "plugin/trust.hpp"
#include "tensor/safetensors.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;
constexpr int format = 1;
constexpr std::size_t max_bytes = 16u << 20;

Error malformed(const fs::path& file, const std::string& found, const std::string& expected) {
  return Error(ErrorKind::config, file.string() + ": malformed lock file", found, expected,
               "posehost plugin lock CFG writes it anew, once the file is removed");
}

bool is_sha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::string text_of(const Json& entry, const char* key, const fs::path& file) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_string() || !is_line(found->get_ref<const std::string&>(), 4096)) {
    throw malformed(file, "a plugin without a text \"" + std::string{key} + "\"",
                    "id, version, file and sha256 of each plugin");
  }
  return found->get<std::string>();
}

PluginLock::Entry read_entry(const Json& json, const fs::path& file) {
  if (!json.is_object()) throw malformed(file, "a plugin that is no object", "an object");
  PluginLock::Entry entry{text_of(json, "id", file), text_of(json, "version", file),
                          text_of(json, "file", file), text_of(json, "sha256", file)};
  if (!is_plugin_id(entry.id))
    throw malformed(file, "\"id\": \"" + entry.id + "\"", "an id such as com.acme.rules");
  if (!is_sha256(entry.sha256))
    throw malformed(file, "\"sha256\": \"" + printable(entry.sha256, 80) + "\"",
                    "64 lower-case hexadecimal digits");
  return entry;
}

Json parse(const fs::path& file) {
  std::error_code failure;
  if (!fs::is_regular_file(file, failure)) {
    throw Error(ErrorKind::config, file.string() + ": no such file", {}, "the lock of the config beside it",
                "posehost plugin lock CFG");
  }
  check_not_writable_by_others(file);
  if (fs::file_size(file, failure) > max_bytes) throw malformed(file, "more than 16 MiB", "a list of hashes");
  std::ifstream in{file, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (!in) throw Error(ErrorKind::environment, file.string() + ": cannot be read");
  try {
    return parse_strict_json<Json>(text);
  } catch (const std::invalid_argument& error) {
    throw malformed(file, printable(error.what(), 300), "JSON");
  }
}

}  // namespace

PluginLock PluginLock::read(const fs::path& file) {
  const auto json = parse(file);
  if (!json.is_object() || !json.contains("format") || !json["format"].is_number_unsigned())
    throw malformed(file, "no \"format\"", "{\"format\": 1, \"plugins\": [...]}");
  if (json["format"].get<std::uint64_t>() != format) {
    throw Error(ErrorKind::config, file.string() + ": a lock file of another format",
                "format " + json["format"].dump(), "format " + std::to_string(format) + " (this posehost)",
                "a newer posehost, or posehost plugin lock CFG with this one once the file is removed");
  }
  if (!json.contains("plugins") || !json["plugins"].is_array())
    throw malformed(file, "no list \"plugins\"", "one");
  PluginLock lock;
  lock.file_ = file;
  for (const auto& item : json["plugins"]) {
    auto entry = read_entry(item, file);
    if (lock.find(entry.id) != nullptr)
      throw malformed(file, "\"" + entry.id + "\" twice", "each plugin once");
    lock.entries_.push_back(std::move(entry));
  }
  return lock;
}

void PluginLock::write(const fs::path& file) const {
  auto sorted = entries_;
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  Json json{{"format", format}, {"plugins", Json::array()}};
  for (const auto& entry : sorted) {
    json["plugins"].push_back(
        {{"id", entry.id}, {"version", entry.version}, {"file", entry.file}, {"sha256", entry.sha256}});
  }
  write_file_atomically(file, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

bool PluginLock::set(const PluginNote& note, const std::string& sha256) {
  const Entry entry{note.id, note.version, printable(note.file.filename().string()), sha256};
  const auto same = [&](const Entry& known) { return known.id == note.id; };
  const auto known = std::find_if(entries_.begin(), entries_.end(), same);
  if (known == entries_.end()) {
    entries_.push_back(entry);
    return true;
  }
  const bool changed = known->sha256 != sha256;
  *known = entry;
  return changed;
}

void PluginLock::check(const PluginNote& note, const std::string& sha256) const {
  const auto* entry = find(note.id);
  if (entry == nullptr) {
    throw Error(ErrorKind::plugin, note.file.string() + ": the plugin \"" + note.id + "\" is not in the lock",
                "sha256 " + sha256,
                "one of the " + std::to_string(entries_.size()) + " plugins in " + file_.string(),
                "posehost plugin lock CFG, if the run is meant to use it");
  }
  if (entry->sha256 == sha256) return;
  throw Error(ErrorKind::plugin, note.file.string() + ": not the file that was locked",
              "sha256 " + sha256 + " (version " + note.version + ")",
              "sha256 " + entry->sha256 + " (version " + entry->version + ", " + file_.string() + ")",
              "the file of then; or posehost plugin lock CFG, if it was changed on purpose");
}

const PluginLock::Entry* PluginLock::find(const std::string& id) const noexcept {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.id == id; });
  return found == entries_.end() ? nullptr : &*found;
}

fs::path lock_file_of(const fs::path& config) { return config.parent_path() / PluginLock::file_name; }

}  // namespace ph
