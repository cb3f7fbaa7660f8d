#include "run/run_lock.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "config/error.hpp"
#include "log/log.hpp"
#include "run/file_clock.hpp"

namespace ph {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::string first_line(const char* file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

std::string host_name() {
  char name[256] = "";
  gethostname(name, sizeof name - 1);
  return name;
}

// Two containers can share a host's name, and even its boot, and yet not see each other's processes.
std::string this_machine() {
  std::error_code none;
  return first_line("/proc/sys/kernel/random/boot_id") + " " +
         fs::read_symlink("/proc/self/ns/pid", none).string();
}

// When a process began, in ticks since boot: a number that comes twice belongs to another. 0: it is gone.
std::int64_t start_of(std::int64_t pid) {
  const auto stat = first_line(("/proc/" + std::to_string(pid) + "/stat").c_str());
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= stat.size() || stat[name_end + 2] == 'Z') return 0;
  std::istringstream fields(stat.substr(name_end + 2));
  std::string field;
  for (int i = 3; i <= 22; ++i) fields >> field;
  return std::atoll(field.c_str());
}

std::string job_name() {
  for (const char* variable : {"SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID"}) {
    if (const char* value = std::getenv(variable)) return value;
  }
  return {};
}

std::string random_token() {
  std::random_device source;
  char text[40];
  std::snprintf(text, sizeof text, "%08x%08x%08x", source(), source(), source());
  return text;
}

bool write_new(const fs::path& file, const std::string& text) {
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return false;
  const bool whole = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int error = errno;
  close(fd);
  if (!whole) unlink(file.c_str());
  errno = whole ? 0 : error;
  return whole;
}

std::optional<LockHolder> read_lock(const fs::path& file) {
  struct stat info {};
  std::ifstream in(file);
  if (!in || stat(file.c_str(), &info) != 0) return std::nullopt;
  std::string text(4096, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  LockHolder holder;
  holder.heartbeat = change_time(info);
  const auto json = Json::parse(text, nullptr, false);
  const auto field = [&](const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_string() ? json[key].get<std::string>()
                                                                           : "";
  };
  const auto number = [&](const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_number_integer()
               ? json[key].get<std::int64_t>()
               : std::int64_t{0};
  };
  holder.host = field("host");
  holder.job = field("job");
  holder.token = field("token");
  holder.machine = field("machine");
  holder.pid = number("pid");
  holder.started = number("started");
  return holder;
}

}  // namespace

std::string LockHolder::describe() const {
  return "pid " + std::to_string(pid) + " on " + (host.empty() ? "an unknown host" : host) +
         (job.empty() ? "" : ", job " + job) + ", last seen " +
         std::to_string(std::lround(std::max(0.0, age_s))) + " s ago";
}

bool LockHolder::here() const { return pid > 0 && machine == this_machine(); }

// A heartbeat from the future is of a clock that has been set back since: as good as an old one.
bool LockHolder::alive() const {
  if (here()) return start_of(pid) == started;
  return std::abs(age_s) < static_cast<double>(RunLock::dead_after.count());
}

std::optional<LockHolder> lock_holder(const fs::path& work_dir) {
  auto holder = read_lock(work_dir / "run.lock");
  if (holder) holder->age_s = file_time(work_dir) - holder->heartbeat;
  return holder;
}

RunLock::RunLock(fs::path work_dir, std::chrono::milliseconds watch)
    : file_{work_dir / "run.lock"}, token_{random_token()}, watch_{watch} {
  for (int tries = 0; !create(); ++tries) {
    const auto holder = lock_holder(file_.parent_path());
    if (holder && (holder->alive() || heart_beats(*holder))) {
      throw Error(ErrorKind::environment, work_dir.string() + ": another run is using this work dir",
                  holder->describe(), "one run at a time",
                  "--work-dir DIR; `posehost status " + work_dir.string() + "` shows that run");
    }
    if (holder) take_over(*holder);
    if (tries > 20)
      throw Error(ErrorKind::environment, file_.string() + ": the lock cannot be had",
                  "others take it again and again", "a work dir that nobody else is after",
                  "the command again, or --work-dir DIR");
  }
  thread_ = std::thread([this] { beat(); });
}

RunLock::~RunLock() {
  {
    const std::lock_guard lock(mutex_);
    end_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  const auto holder = read_lock(file_);
  if (holder && holder->token == token_) unlink(file_.c_str());
}

bool RunLock::create() {
  const Json json{{"host", host_name()},       {"pid", getpid()},   {"started", start_of(getpid())},
                  {"machine", this_machine()}, {"job", job_name()}, {"token", token_}};
  if (write_new(file_, json.dump() + "\n")) return true;
  if (errno == EEXIST) return false;
  const bool full = errno == ENOSPC || errno == EDQUOT;
  throw Error(ErrorKind::environment, file_.string() + ": cannot be written", std::strerror(errno),
              "a folder that can be written to", full ? "free some space" : "--work-dir DIR");
}

// Two clocks were compared so far, and any of them may have been set, or be wrong. Whether a heart beats
// is seen without a clock's time of day: by looking twice.
bool RunLock::heart_beats(const LockHolder& holder) const {
  if (holder.here()) return false;
  if (watch_ >= heartbeat)
    log_info(file_.string() + ": of " + holder.describe() + "; watching for " +
             std::to_string(watch_.count() / 1000) + " s whether it is still alive");
  constexpr std::chrono::milliseconds kEach{100};
  for (auto left = watch_; left.count() > 0; left -= kEach) {
    std::this_thread::sleep_for(std::min(kEach, left));
    const auto now = read_lock(file_);
    if (!now) return false;
    if (now->token != holder.token || now->heartbeat != holder.heartbeat) return true;
  }
  return false;
}

// One at a time: whoever looked before another took over would remove that one's new lock.
void RunLock::take_over(const LockHolder& dead) {
  const auto guard = file_.string() + ".takeover";
  if (!write_new(guard, token_)) {
    struct stat info {};
    const bool left =
        stat(guard.c_str(), &info) == 0 && std::abs(file_time(file_.parent_path()) - change_time(info)) >
                                               static_cast<double>(dead_after.count());
    if (left) unlink(guard.c_str());  // by one who died within these few lines
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return;
  }
  const auto holder = read_lock(file_);
  if (holder && holder->token == dead.token && holder->heartbeat == dead.heartbeat) {
    unlink(file_.c_str());
    taken_from_ = dead;
  }
  unlink(guard.c_str());
}

void RunLock::beat() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, heartbeat, [this] { return end_; })) {
    try {
      const auto holder = read_lock(file_);
      if (holder && holder->token == token_) {
        utimensat(AT_FDCWD, file_.c_str(), nullptr, 0);
        continue;
      }
      log_warn(file_.string() + " is no longer this run's; another one may be writing to the work dir");
      return;
    } catch (const std::exception&) {  // no memory: the next beat may have some
    }
  }
}

}  // namespace ph
