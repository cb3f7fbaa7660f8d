#include "config/load.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <system_error>

#include "config/document.hpp"
#include "config/merge.hpp"
#include "config/override.hpp"
#include "config/template.hpp"
#include "system/similar_file.hpp"

namespace ph {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t max_bytes = 64u << 20;
constexpr std::size_t max_chain = 50;

std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    names.push_back(at->path().filename().string());
  }
  std::sort(names.begin(), names.end());  // the order of a folder is not the same everywhere
  return names;
}

Error missing_file(const std::string& where, const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  std::error_code failed;
  if (!fs::is_directory(folder, failed)) {
    return Error(ErrorKind::config, where + "no such file", "no folder " + folder.string(), "a JSON config",
                 similar_file(file));
  }
  return Error(ErrorKind::config, where + "no such file", "nothing at " + fs::absolute(file, failed).string(),
               "a JSON config", similar_file(file));
}

std::string read_text(const fs::path& file, const std::string& where) {
  std::error_code failed;
  const auto status = fs::status(file, failed);
  if (status.type() == fs::file_type::not_found) throw missing_file(where, file);
  if (status.type() == fs::file_type::directory) {
    std::vector<std::string> configs;
    for (const auto& name : files_in(file)) {
      if (fs::path(name).extension() == ".json") configs.push_back(name);
    }
    throw Error(ErrorKind::config, where + "is a folder", file.string(), "a JSON file",
                configs.empty() ? "name the config itself" : (file / configs.front()).string());
  }
  if (status.type() == fs::file_type::regular) {
    if (const auto size = fs::file_size(file, failed); !failed && size > max_bytes) {
      throw Error(ErrorKind::config, where + "too large for a config", std::to_string(size) + " bytes",
                  "at most " + std::to_string(max_bytes));
    }
  }
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (in.peek() != std::ifstream::traits_type::eof()) text << in.rdbuf();
  if (!in.is_open() || in.bad()) {
    throw Error(ErrorKind::environment, where + "cannot be read", {}, "a file that this user may read");
  }
  return text.str();
}

// One file with its bases. `chain` holds the files that are being read, outermost first.
class Loader {
 public:
  ParsedText load(const fs::path& file, const std::string& where) {
    enter(file, where);
    ParsedText own = parse_text(read_text(file, where), std::make_shared<const std::string>(file.string()));
    if (!own.value.is_object()) {
      throw Error(ErrorKind::config, file.string() + ": not a config", describe(own.value), "an object: {…}");
    }
    ParsedText bases = load_bases(own, file);
    expand_templates(own, file, bases);
    merge_over(bases, own);
    chain_.pop_back();
    return bases;
  }

 private:
  void enter(const fs::path& file, const std::string& where) {
    std::error_code failed;
    const fs::path real = fs::weakly_canonical(file, failed);
    for (std::size_t i = 0; i < chain_.size(); ++i) {
      if (chain_[i].second != real) continue;
      std::string text;
      for (; i < chain_.size(); ++i) text += chain_[i].first.string() + " -> ";
      throw Error(ErrorKind::config, where + "_base_ goes in a circle", text + file.string(),
                  "base files that do not lead back");
    }
    if (chain_.size() == max_chain) {
      throw Error(ErrorKind::config, where + "too many _base_ files within each other", {},
                  "at most " + std::to_string(max_chain));
    }
    chain_.emplace_back(file, real);
  }

  ParsedText load_bases(ParsedText& own, const fs::path& file) {
    ParsedText bases{Json::object(), {}};
    if (!own.value.contains("_base_")) return bases;
    ParsedText names{Json::object({{"_base_", own.value["_base_"]}}), own.places};
    own.value.erase("_base_");
    expand_templates(names, file, bases);
    const Json& value = names.value["_base_"];
    const auto one = [&](const Json& name, const std::string& pointer) {
      const std::string place = place_text(find_place(names.places, pointer), {}, pointer);
      if (!name.is_string())
        throw Error(ErrorKind::config, place + ": wrong type", describe(name), "a path, or a list of paths");
      const fs::path path = (file.parent_path() / name.get<std::string>()).lexically_normal();
      join_bases(bases, load(path, place + ": " + path.string() + ": "));
    };
    if (!value.is_array()) {
      one(value, "/_base_");
    } else {
      for (std::size_t i = 0; i < value.size(); ++i) one(value[i], child_pointer("/_base_", i));
    }
    return bases;
  }

  std::vector<std::pair<fs::path, fs::path>> chain_;  // as named, as it really is
};

}  // namespace

Node load_config(const fs::path& file, const ConfigOverrides& overrides) {
  ParsedText config = Loader().load(file, file.string() + ": ");
  apply_overrides(config, overrides);
  return Document::root(std::move(config.value), std::move(config.places), file.string());
}

}  // namespace ph
