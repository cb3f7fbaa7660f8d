#include "plugin/trust.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include "config/error.hpp"
#include "tensor/safetensors.hpp"

namespace ph {
namespace fs = std::filesystem;

void check_not_writable_by_others(const fs::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    throw Error(ErrorKind::plugin, path.string() + ": cannot be looked at", std::strerror(errno),
                "a file that can be read");
  }
  const bool is_dir = S_ISDIR(info.st_mode);
  if (info.st_uid != ::geteuid() && info.st_uid != 0) {
    throw Error(ErrorKind::plugin, path.string() + ": belongs to another user",
                "owner " + std::to_string(info.st_uid) + ", who could change what you run",
                "owner " + std::to_string(::geteuid()) + " (you) or root",
                std::string{"a copy of your own, or as root: chown root '"} + path.string() + "'");
  }
  if ((info.st_mode & S_IWOTH) != 0) {
    throw Error(
        ErrorKind::plugin, path.string() + ": everybody can write this " + (is_dir ? "folder" : "file"),
        "plugins in it run with your rights",
        is_dir ? "a folder that only you or root can write" : "a file that only you or root can write",
        "chmod o-w '" + path.string() + "'");
  }
}

void check_plugin_file(const fs::path& file) {
  const auto real = fs::weakly_canonical(file);
  check_not_writable_by_others(real);
  check_not_writable_by_others(real.parent_path());
  const auto folder = fs::absolute(file).parent_path();
  if (folder != real.parent_path()) check_not_writable_by_others(folder);
}

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
  const auto file = trust_file();
  if (file.empty()) {
    throw Error(ErrorKind::environment, "plugin trust: no place for the list of trusted folders",
                "neither XDG_CONFIG_HOME nor HOME is set", "one of them");
  }
  auto dirs = trusted_directories();
  if (std::find(dirs.begin(), dirs.end(), real) != dirs.end()) return real;
  dirs.push_back(real);
  std::string text;
  for (const auto& known : dirs) text += known.string() + "\n";
  fs::create_directories(file.parent_path(), failure);
  write_file_atomically(file, text);
  return real;
}

}  // namespace ph
