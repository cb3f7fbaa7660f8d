#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/load.hpp"

namespace ph {

/// What `posehost run` was asked for.
struct RunOptions {
  std::filesystem::path config;
  ConfigOverrides overrides;
  std::string work_dir;   ///< "" = the config's, else work_dirs/<name of the config>
  std::string resume;     ///< "" = no, "auto" = the work dir's last, else a file
  std::string load_from;  ///< weights only
  std::optional<std::int64_t> seed;
  bool deterministic = false;
  std::string device;  ///< "" = the config's
  std::vector<std::string> plugin_dirs;
  bool locked = false;      ///< load only what posehost.lock.json beside the config has
  double stop_after_s = 0;  ///< 0 = never
  bool dry_run = false, no_data = false, validate = true;
  std::int64_t iters_per_epoch = 0;  ///< for a dry run without data
};

}  // namespace ph
