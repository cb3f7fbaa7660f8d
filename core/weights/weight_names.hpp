#pragma once
#include <map>
#include <string>
#include <vector>

namespace ph {

// How tensors are called in files of different programs and versions: weight_names.json, compiled in.

/// `name` without what DataParallel and torch.compile put before it.
[[nodiscard]] std::string without_wrappers(std::string name);
/// Whether a checkpoint's member of this name holds averaged weights.
[[nodiscard]] bool is_averaged(const std::string& key);

/// Whether a fact beside weights ("meta.time") differs from run to run whatever was trained.
[[nodiscard]] bool is_volatile(const std::string& fact);
/// What a tensor of no use to a network is known as ("a classifier", "state of optimizer and hooks"); "" for others.
[[nodiscard]] std::string what_is_not_used(const std::string& name);

/// Which tensor of a file is meant for which of a network.
struct NameMatch {
  std::map<std::string, std::string> in_file;  ///< name in the network -> name in the file
  std::vector<std::string> missing;            ///< in the network only
  std::vector<std::string> unexpected;         ///< in the file only
  std::map<std::string, int> not_used;         ///< known for what they are: "a classifier" -> how many
};

/// Finds for each name of a network (mmpose 0.x's: "backbone.conv1.weight", "keypoint_head.…") the one in
/// the file: the same, mmpose 1.x's (also of heads with conv_out_channels), or without the part in front, as torchvision has it. `part`
/// ("backbone.") stands before all names of `network` that are meant; `prefix` is what stands in the
/// file in its place, "" for what the table says. With `part`, tensors of other parts are passed over.
[[nodiscard]] NameMatch match_names(const std::vector<std::string>& network,
                                    const std::vector<std::string>& file, const std::string& part = {},
                                    const std::string& prefix = {});

}  // namespace ph
