#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace ph {

/// A picture or a video that somebody wants keypoints in.
struct InputFile {
  std::filesystem::path path;
  std::filesystem::path
      relative;  ///< to the folder that was named, else the file's name: where its picture goes
  bool video = false;
};

/// The files that `inputs` mean, in their order; of a folder and those below it all images, by name. Kinds are told by
/// suffix. Throws Error(data) for what is not there, Error(usage) for other files, an empty folder, and two inputs with one `relative`.
[[nodiscard]] std::vector<InputFile> input_files(const std::vector<std::filesystem::path>& inputs);

/// Error(usage) when the picture of an input, put below `out`, would be written over an input. Links are followed.
void check_out_folder(const std::vector<InputFile>& inputs, const std::filesystem::path& out);

}  // namespace ph
