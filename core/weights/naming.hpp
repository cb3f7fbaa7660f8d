#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ph {

/// Names of tensors, from those of one program to those of another: "namings" of weight_names.json.
struct Renaming {
  std::string from;                                        ///< naming that was found: "mmpose1"
  std::vector<std::pair<std::string, std::string>> names;  ///< in the file -> to be written
  std::map<std::string, std::string> left_out;             ///< name -> why
  std::vector<std::string> unknown;                        ///< of no part that is known; kept as they are
};

/// What `--names` takes: mmpose0, mmpose1, hrnet, torchvision.
[[nodiscard]] std::vector<std::string> known_namings();

/// The naming that `names` are in: of mmpose 0.x, mmpose 1.x, or without parts in front, as the HRNet repository has a
/// whole network and torchvision a backbone.
[[nodiscard]] std::string naming_of(const std::vector<std::string>& names);

/// Renames all of `names` to naming `to`, "" for the one they have. Classifiers, and heads where `to` has none, are
/// left out. Throws Error(data) when `to` has no name for one of the backbone, Error(usage) for a naming that is
/// not there. `file` is for messages.
[[nodiscard]] Renaming rename_tensors(const std::vector<std::string>& names, const std::string& to,
                                      const std::string& file);

}  // namespace ph
