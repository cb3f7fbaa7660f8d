// The user's list of folders that a config may name.
#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "config/error.hpp"
#include "plugin/trust.hpp"
#include "tensor/safetensors.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

void write_list(const std::vector<fs::path>& dirs) {
  const auto file = trust_file();
  std::string text;
  for (const auto& known : dirs) text += known.string() + "\n";
  std::error_code failure;  // the write says what is wrong
  fs::create_directories(file.parent_path(), failure);
  write_file_atomically(file, text);
}

}  // namespace

fs::path trust_file() {
  if (const char* config = std::getenv("XDG_CONFIG_HOME"); config != nullptr && *config == '/') {
    return fs::path{config} / "posehost" / "trusted_dirs";
  }
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home != '/') return {};
  return fs::path{home} / ".config" / "posehost" / "trusted_dirs";
}

std::vector<fs::path> trusted_directories() {
  const auto file = trust_file();
  std::error_code none;
  if (file.empty() || !fs::exists(file, none)) return {};
  check_not_writable_by_others(file);
  std::vector<fs::path> dirs;
  std::ifstream stream{file};
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) dirs.emplace_back(line);
  }
  return dirs;
}

fs::path trust_directory(const fs::path& dir) {
  std::error_code failure;
  const auto real = fs::canonical(dir, failure);
  if (failure || !fs::is_directory(real)) {
    throw Error(ErrorKind::usage, "plugin trust " + dir.string() + ": no such folder",
                failure ? failure.message() : "a file", "a folder with plugins");
  }
  if (real.string().find('\n') != std::string::npos) {
    throw Error(ErrorKind::usage, "plugin trust: a folder with a line break in its name cannot be listed");
  }
  check_not_writable_by_others(real);
  if (trust_file().empty()) {
    throw Error(ErrorKind::environment, "plugin trust: no place for the list of trusted folders",
                "neither XDG_CONFIG_HOME nor HOME is set", "one of them");
  }
  auto dirs = trusted_directories();
  if (std::find(dirs.begin(), dirs.end(), real) != dirs.end()) return real;
  dirs.push_back(real);
  write_list(dirs);
  return real;
}

void distrust_directory(const fs::path& dir) {
  auto dirs = trusted_directories();
  std::error_code none;
  const auto real = fs::weakly_canonical(fs::absolute(dir), none);
  const auto found = std::find_if(dirs.begin(), dirs.end(),
                                  [&](const auto& known) { return known == real || known == dir; });
  if (found == dirs.end()) {
    std::string known;
    for (const auto& one : dirs) known += (known.empty() ? "" : ", ") + one.string();
    throw Error(ErrorKind::usage, "plugin trust --remove " + dir.string() + ": not in the list",
                real.string(), known.empty() ? "a folder that was trusted (none is)" : known,
                "posehost plugin trust --list");
  }
  dirs.erase(found);
  write_list(dirs);
}

}  // namespace ph
