#pragma once
#include <cstdint>
#include <string>

#include "train/run_options.hpp"

namespace ph {

struct BrowseOptions {
  RunOptions run;
  std::int64_t count = 24;  ///< samples, spread evenly over the data set
  std::int64_t epoch = 0;   ///< whose random numbers are drawn
};

/// A self-contained HTML page with samples of data.train as the network gets them: cropped, augmented, normalised and back, with points,
/// box and target heatmaps drawn over them. Equal options and seed give equal bytes. Writes nothing. Throws Error.
[[nodiscard]] std::string browse_html(const BrowseOptions& options);

}  // namespace ph
