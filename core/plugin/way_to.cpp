#include "plugin/way_to.hpp"

#include <algorithm>
#include <deque>
#include <string>
#include <system_error>

#include "config/error.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

constexpr int max_links = 40;  // Linux's own limit

void put_before(const fs::path& path, std::deque<fs::path>& parts) {
  parts.insert(parts.begin(), path.begin(), path.end());
}

Error leads_nowhere(const fs::path& path, const std::string& found) {
  return Error(ErrorKind::plugin, path.string() + ": cannot be opened", found, "a file or folder");
}

}  // namespace

WayTo way_to(const fs::path& path) {
  WayTo way{"/", {}, {}};
  std::deque<fs::path> rest;
  put_before(fs::absolute(path), rest);
  while (!rest.empty()) {
    const auto part = rest.front();
    rest.pop_front();
    if (part.is_absolute()) way.real = "/";
    if (part.is_absolute() || part.empty() || part == ".") continue;
    if (part == "..") {
      way.real = way.real.parent_path();
      continue;
    }
    if (std::find(way.folders.begin(), way.folders.end(), way.real) == way.folders.end())
      way.folders.push_back(way.real);
    const auto next = way.real / part;
    std::error_code failure;
    const auto status = fs::symlink_status(next, failure);
    if (!fs::exists(status))
      throw leads_nowhere(path, next.string() + ": " + (failure ? failure.message() : "not there"));
    if (!fs::is_symlink(status)) {
      way.real = next;
      continue;
    }
    if (way.links.size() == max_links) throw leads_nowhere(path, "symbolic links that lead in a circle");
    way.links.push_back(next);
    put_before(fs::read_symlink(next), rest);
  }
  return way;
}

}  // namespace ph
