#include "run/run_requests.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "config/error.hpp"
#include "log/log.hpp"
#include "run/run_status.hpp"

namespace ph {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
constexpr std::array<const char*, 4> kActions{"stop", "save", "evaluate", "set"};

bool only_ours(const struct stat& info) {
  return info.st_uid == geteuid() && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

std::optional<RunRequest> parse(const std::string& text) {
  const auto json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("action") || !json["action"].is_string()) return std::nullopt;
  RunRequest request;
  request.action = json["action"].get<std::string>();
  if (std::find(kActions.begin(), kActions.end(), request.action) == kActions.end()) return std::nullopt;
  if (request.action != "set") return request;
  if (!json.contains("name") || !json["name"].is_string() || !json.contains("value") ||
      !json["value"].is_number())
    return std::nullopt;
  request.name = json["name"].get<std::string>();
  request.value = json["value"].get<double>();
  return std::isfinite(request.value) ? std::optional(request) : std::nullopt;
}

std::optional<RunRequest> read(const fs::path& file) {
  const int fd = open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  struct stat info {};
  std::array<char, 4096> text{};
  const bool good = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && only_ours(info) &&
                    info.st_size < static_cast<off_t>(text.size());
  const auto n = good ? ::read(fd, text.data(), text.size()) : -1;
  close(fd);
  return n > 0 ? parse(std::string(text.data(), static_cast<std::size_t>(n))) : std::nullopt;
}

// Names begin with the time, and later ones come later even where the clock was set back in between.
std::string next_name(const fs::path& folder) {
  double time = unix_time();
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    const auto other = std::strtod(entry.path().filename().c_str(), nullptr);
    if (other >= time && other < 1e11) time = other + 1e-5;
  }
  char name[64];
  std::snprintf(name, sizeof name, "%017.6f-%d.json", time, getpid());
  return name;
}

}  // namespace

fs::path post_request(const fs::path& work_dir, const RunRequest& request) {
  const auto folder = work_dir / "requests";
  struct stat info {};
  if (stat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    throw Error(ErrorKind::environment, work_dir.string() + ": no run takes requests here",
                "no folder requests/", "the work dir of a run");
  }
  if (info.st_uid != geteuid()) {
    throw Error(ErrorKind::environment, work_dir.string() + ": the run is another user's", {},
                "the user who started it");
  }
  Json json{{"action", request.action}};
  if (request.action == "set") json.update({{"name", request.name}, {"value", request.value}});
  const auto name = next_name(folder);
  const auto file = folder / name, temporary = folder / ("." + name);
  const auto text = json.dump() + "\n";
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool whole = fd >= 0 && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int error = errno;
  if (fd >= 0) close(fd);
  if (!whole || rename(temporary.c_str(), file.c_str()) != 0) {
    unlink(temporary.c_str());
    throw Error(ErrorKind::environment, file.string() + ": cannot be written", std::strerror(error));
  }
  return file;
}

RunRequests::RunRequests(fs::path work_dir) : folder_{work_dir / "requests"} {
  if (mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST)
    throw Error(ErrorKind::environment, folder_.string() + ": cannot be made", std::strerror(errno));
  struct stat info {};
  if (lstat(folder_.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || !only_ours(info)) {
    log_warn(folder_.string() + " is no folder of this user alone: requests are not taken");
    folder_.clear();
    return;
  }
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder_, none)) fs::remove(entry.path(), none);
}

std::vector<RunRequest> RunRequests::take() {
  const auto now = std::chrono::steady_clock::now();
  if (folder_.empty() || now - looked_ < std::chrono::seconds(1)) return {};
  looked_ = now;
  std::error_code none;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder_, none)) {
    if (entry.path().filename().string()[0] != '.') files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());  // names begin with the time
  std::vector<RunRequest> requests;
  for (const auto& file : files) {
    auto request = read(file);
    fs::remove(file, none);
    if (request) {
      requests.push_back(std::move(*request));
    } else {
      log_warn(file.string() + ": no request of this user; removed");
    }
  }
  return requests;
}

}  // namespace ph
