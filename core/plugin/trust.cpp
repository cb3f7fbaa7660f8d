// Who else could change what is about to be run.
#include "plugin/trust.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "config/error.hpp"
#include "plugin/way_to.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

/// Whether a place on the way is what was asked for (or the folder of a plugin), or lies further up.
enum class Part { itself, above };

struct stat look_at(const fs::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    throw Error(ErrorKind::plugin, path.string() + ": cannot be looked at", std::strerror(errno),
                "a file that can be read");
  }
  return info;
}

bool is_mine(const struct stat& info) { return info.st_uid == ::geteuid() || info.st_uid == 0; }

/// A group that the system made for this user alone (Debian and Fedora do), or root's.
bool is_private_group(gid_t group) {
  if (group == 0) return true;
  std::array<char, 16384> user_text{}, group_text{};
  passwd user{}, *user_found = nullptr;
  ::group entry{}, *group_found = nullptr;
  if (::getpwuid_r(::geteuid(), &user, user_text.data(), user_text.size(), &user_found) != 0 ||
      ::getgrgid_r(group, &entry, group_text.data(), group_text.size(), &group_found) != 0 ||
      user_found == nullptr || group_found == nullptr) {
    return false;
  }
  if (user.pw_gid != group || std::strcmp(user.pw_name, entry.gr_name) != 0) return false;
  for (char** member = entry.gr_mem; *member != nullptr; ++member) {
    if (std::strcmp(*member, user.pw_name) != 0) return false;
  }
  return true;
}

/// Whoever owns a folder above the program could put another program in its place.
bool is_above_program(const fs::path& folder) {
  static const fs::path program = [] {
    std::error_code failure;
    return fs::read_symlink("/proc/self/exe", failure);
  }();
  return std::mismatch(folder.begin(), folder.end(), program.begin(), program.end()).first == folder.end();
}

Error another_owner(const fs::path& path, const struct stat& info, const fs::path& asked) {
  return Error(ErrorKind::plugin,
               path == asked ? path.string() + ": belongs to another user"
                             : asked.string() +
                                   ": something on the way to it belongs to another user: " + path.string(),
               "owner " + std::to_string(info.st_uid) + ", who could change what you run",
               "owner " + std::to_string(::geteuid()) + " (you) or root",
               std::string{"a copy of your own, or as root: chown -h root '"} + path.string() + "'");
}

Error anybody_writes(const fs::path& path, bool is_dir, Part part, const fs::path& asked) {
  const std::string kind = is_dir ? "folder" : "file";
  return Error(ErrorKind::plugin,
               part == Part::itself
                   ? path.string() + ": everybody can write this " + kind
                   : asked.string() + ": everybody can write a folder on the way to it: " + path.string(),
               "plugins in it run with your rights", "a " + kind + " that only you or root can write",
               "chmod o-w '" + path.string() + "'");
}

class Judge {
 public:
  explicit Judge(const fs::path& asked) : asked_{asked} {}

  void place(const fs::path& path, Part part) {
    const auto info = look_at(path);
    if (!is_mine(info) && !(part == Part::above && is_above_program(path)))
      throw another_owner(path, info, asked_);
    if (S_ISLNK(info.st_mode)) return;  // its mode means nothing
    // In a sticky folder nobody can rename or remove what belongs to somebody else.
    if (part == Part::above && (info.st_mode & S_ISVTX) != 0) return;
    if ((info.st_mode & S_IWOTH) != 0) throw anybody_writes(path, S_ISDIR(info.st_mode), part, asked_);
    if ((info.st_mode & S_IWGRP) != 0 && !is_private_group(info.st_gid)) {
      warnings_.push_back(path.string() + ": group " + std::to_string(info.st_gid) +
                          " can write it, and what it holds runs with your rights; chmod g-w '" +
                          path.string() + "' ends that");
    }
  }
  [[nodiscard]] std::vector<std::string> take() { return std::move(warnings_); }

 private:
  const fs::path& asked_;
  std::vector<std::string> warnings_;
};

std::vector<std::string> check(const fs::path& path, bool folder_counts) {
  const auto way = way_to(path);
  Judge judge{way.real};
  judge.place(way.real, Part::itself);
  const auto own_folder = way.real.parent_path();
  for (const auto& folder : way.folders) {
    const bool strict = folder_counts && folder == own_folder;
    if (folder != way.real) judge.place(folder, strict ? Part::itself : Part::above);
  }
  for (const auto& link : way.links) judge.place(link, Part::above);
  return judge.take();
}

}  // namespace

std::vector<std::string> check_not_writable_by_others(const fs::path& path) { return check(path, false); }

std::vector<std::string> check_plugin_file(const fs::path& file) { return check(file, true); }

}  // namespace ph
