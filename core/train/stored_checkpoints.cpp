#include "train/stored_checkpoints.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "log/log.hpp"
#include "tensor/safetensors.hpp"
#include "train/checkpoint.hpp"

namespace ph {
namespace {

namespace fs = std::filesystem;

// Iterations that a file's run had done; nothing for weights alone, or a file that cannot be read.
std::optional<std::int64_t> progress_of(const fs::path& file) {
  try {
    const auto open = SafetensorsFile::open(file);
    const auto position = open.metadata().find("posehost.position");
    const bool resumable = std::any_of(open.tensors().begin(), open.tensors().end(), [](const auto& tensor) {
      return tensor.first.rfind("@opt/", 0) == 0;
    });
    if (position == open.metadata().end() || !resumable) return std::nullopt;
    const auto json = nlohmann::json::parse(position->second, nullptr, false);
    return json.is_object() ? json.value("iter", std::int64_t{0}) : 0;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

// Why a file cannot be resumed from; empty when it can.
std::string damage_of(const fs::path& file) {
  try {
    return load_checkpoint(file).config.empty() ? "no state of a run in it" : "";
  } catch (const Error& error) {
    return error.summary() + (error.found().empty() ? "" : ": " + error.found());
  }
}

}  // namespace

fs::path newest_usable_checkpoint(const fs::path& work_dir) {
  const auto link = work_dir / "last.safetensors";
  std::error_code none;
  fs::path last;
  std::string damage;
  if (fs::is_symlink(link, none) || fs::exists(link, none)) {
    last = fs::exists(link, none) ? fs::canonical(link, none) : fs::path{};
    damage = last.empty() ? link.string() + ": the file that it stands for is gone" : damage_of(last);
    if (damage.empty()) return last;
  }
  std::vector<std::pair<std::int64_t, fs::path>> others;
  for (const auto& entry : fs::directory_iterator(work_dir, none)) {
    if (entry.path().extension() != ".safetensors" || entry.is_symlink(none) || entry.path() == last)
      continue;
    if (const auto progress = progress_of(entry.path())) others.emplace_back(*progress, entry.path());
  }
  std::sort(others.rbegin(), others.rend());
  for (const auto& [iter, file] : others) {
    if (!damage_of(file).empty()) continue;
    if (damage.empty()) damage = "no last.safetensors";
    log_warn("--resume: " + damage + "; going on from " + file.string() + ", after iteration " +
             std::to_string(iter));
    return file;
  }
  if (damage.empty()) return {};
  throw Error(ErrorKind::data, work_dir.string() + ": no checkpoint that can be resumed from", damage,
              "a checkpoint of posehost that is whole",
              "another --work-dir, or without --resume from the beginning");
}

}  // namespace ph
