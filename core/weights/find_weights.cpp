#include "weights/find_weights.hpp"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "embedded.hpp"
#include "tensor/file_mapping.hpp"
#include "tensor/sha256.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

constexpr const char* other_way = "or set it to null, with --load-from FILE for weights of the whole network";
constexpr std::size_t shortest_hash = 8, date_digits = 8;

const Json& known_sources() {
  static const auto& all = *new Json(Json::parse(embedded::WEIGHT_SOURCES));
  return all;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

fs::path torch_cache() {
  const auto inside = fs::path("hub") / "checkpoints";
  if (const auto home = environment("TORCH_HOME"); !home.empty()) return home / inside;
  if (const auto cache = environment("XDG_CACHE_HOME"); !cache.empty())
    return fs::path(cache) / "torch" / inside;
  return fs::path(environment("HOME")) / ".cache" / "torch" / inside;
}

std::vector<fs::path> folders() {
  std::vector<fs::path> all;
  const auto list = environment("POSEHOST_WEIGHTS");
  for (std::size_t at = 0; at < list.size();) {
    const auto end = std::min(list.find(':', at), list.size());
    if (end > at) all.emplace_back(list.substr(at, end - at));
    at = end + 1;
  }
  all.push_back(torch_cache());
  return all;
}

// "https://host/a/resnet50-19c8e357.pth?x=1" -> "resnet50-19c8e357.pth"
std::string file_name_of(std::string url) {
  url.erase(std::min(url.find_first_of("?#"), url.size()));
  return url.substr(url.rfind('/') + 1);
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

/// Fills `url` and `file_names` of `place` for a name out of the table; false when it is none of its.
bool look_up_name(const Node& source, const std::string& text, WeightsPlace& place) {
  const auto scheme_end = text.find("://") + 3;
  auto scheme = text.substr(0, scheme_end);
  if (scheme == "modelzoo://") scheme = "torchvision://";
  if (scheme == "openmmlab://") scheme = "open-mmlab://";
  const auto table = known_sources().find(scheme);
  if (table == known_sources().end()) return false;
  const auto& names = table->at("names");
  const auto found = names.find(text.substr(scheme_end));
  if (found == names.end()) {
    std::vector<std::string> known;
    for (const auto& [name, files] : names.items()) known.push_back(name);
    throw source.error("posehost does not know these weights", "a name that it knows, a URL or a path",
                       did_you_mean(text.substr(scheme_end), known, "the URL or the path of the file"));
  }
  for (const auto& file : *found) {
    if (place.url.empty()) place.url = table->at("url").get<std::string>() + file.get<std::string>();
    place.file_names.push_back(file_name_of(file.get<std::string>()));
  }
  return true;
}

WeightsPlace locate_path(const fs::path& file) {
  WeightsPlace place;
  std::error_code ignored;
  place.file_names = {file.filename().string()};
  place.put = fs::absolute(file, ignored);
  place.folders = {place.put.parent_path()};
  if (is_file(file)) place.file = file;
  return place;
}

Error missing(const Node& source, const WeightsPlace& place) {
  if (place.url.empty())
    return source.error("no such file", place.put.string(),
                        std::string("a path from the current folder on, ") + other_way);
  std::string expected;
  for (const auto& name : place.file_names) expected += (expected.empty() ? "" : " or ") + name;
  for (const auto& folder : place.folders) expected += "\nin " + folder.string();
  return source.error("weights that are not on this machine; posehost downloads nothing", expected,
                      "get " + place.url + "\nand put it there as " + place.put.string() +
                          ",\nor set POSEHOST_WEIGHTS to the folders that have it,\n" + other_way);
}

}  // namespace

std::string hash_in_name(const std::string& file_name) {
  constexpr const char* digits = "0123456789abcdef";
  const auto dash = file_name.rfind('-');
  if (dash == std::string::npos) return {};
  const auto end = std::min(file_name.find_first_not_of(digits, dash + 1), file_name.size());
  const auto hash = file_name.substr(dash + 1, end - dash - 1);
  const auto after = file_name.substr(end);
  const bool ends = after.starts_with('.') || (after.starts_with('_') && after.find('.') == 1 + date_digits);
  if (!ends || hash.size() < shortest_hash || hash.size() > 64) return {};
  // "…-20200708.pth" is a day.
  const bool day = hash.size() == date_digits && hash.starts_with("20") &&
                   hash.find_first_not_of("0123456789") == std::string::npos;
  return day ? "" : hash;
}

WeightsPlace locate_weights(const Node& source) {
  const auto text = source.string();
  if (text.find("://") == std::string::npos) return locate_path(text);
  WeightsPlace place;
  if (!look_up_name(source, text, place)) {
    place.url = text;
    place.file_names = {file_name_of(text)};
  }
  if (place.file_names.front().empty() || place.file_names.front().find_first_of(":\\") != std::string::npos)
    throw source.error("this URL names no file", "a URL that ends in the file's name");
  place.folders = folders();
  place.put = place.folders.front() / place.file_names.front();
  const auto originals = place.file_names.size();
  for (std::size_t i = 0; i < originals; ++i) {
    auto converted = fs::path(place.file_names[i]).replace_extension(".safetensors").string();
    if (converted != place.file_names[i]) place.file_names.push_back(std::move(converted));
  }
  for (const auto& folder : place.folders) {
    for (std::size_t i = 0; i < place.file_names.size() && place.file.empty(); ++i) {
      if (!is_file(folder / place.file_names[i])) continue;
      place.file = folder / place.file_names[i];
      if (i < originals) place.hash = hash_in_name(place.file_names[i]);
      if (i > 0 && i < originals)
        place.url.replace(place.url.rfind('/') + 1, std::string::npos, place.file_names[i]);
    }
  }
  if (place.file.empty()) place.hash = hash_in_name(place.file_names.front());
  return place;
}

std::filesystem::path find_weights(const Node& source) {
  const auto place = locate_weights(source);
  if (place.file.empty()) throw missing(source, place);
  if (place.hash.empty()) return place.file;
  const FileMapping mapping(place.file, "a file of weights");
  const auto hash = sha256(mapping.bytes());
  if (hash.starts_with(place.hash)) return place.file;
  refuse_file(place.file, "not the file that its name promises", "SHA-256 " + hash,
              "one that begins with " + place.hash, "get it again from " + place.url);
}

}  // namespace ph
