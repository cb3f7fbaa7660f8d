#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "config/node.hpp"
#include "data/dataset_info.hpp"
#include "data/instance.hpp"
#include "metric/metric.hpp"

namespace ph {

class ImageCache;
class PluginCatalog;

struct Sample;        // data/sample.hpp: what flows through a pipeline
struct SampleShapes;  // likewise

/// Differences between versions of mmpose, one documented table: compat.hpp.
struct Compat;

/// What makers of datasets and transforms get besides their arguments.
struct DataContext {
  std::filesystem::path config_dir;         ///< relative paths are tried here when not found from the cwd
  const Compat* compat = nullptr;           ///< null: default_compat()
  Node dataset_info = Node::parse("null");  ///< the config's `dataset_info`; null when absent
  bool check_images = true;                 ///< report a missing image at the start, not in mid-run
  bool test_mode = false;
  std::shared_ptr<ImageCache> images =
      nullptr;  ///< decoded images, kept for all data sets of a run; null: none are
  const PluginCatalog* plugins = nullptr;  ///< for transforms of plugins; needed only by the constructor
};

/// Annotated instances and the pipeline that turns them into samples. Immutable after construction;
/// every const member may be called from any thread.
class Dataset {
 public:
  virtual ~Dataset() = default;
  [[nodiscard]] virtual const DatasetInfo& info() const = 0;
  [[nodiscard]] virtual const std::vector<Instance>& instances() const = 0;
  /// Runs the pipeline on instance `index` with `sample` as the place to work in; what it held is lost,
  /// its memory is used again. Random numbers are keyed by (seed, epoch, index, purpose), so the result
  /// depends on nothing else. Throws Error(data) naming the image.
  virtual void make_sample(std::int64_t index, std::uint64_t seed, std::int64_t epoch,
                           Sample& sample) const = 0;
  /// The same in a new sample.
  [[nodiscard]] Sample sample(std::int64_t index, std::uint64_t seed, std::int64_t epoch) const;
  /// Of every sample.
  [[nodiscard]] virtual SampleShapes shapes() const = 0;
  /// What metrics have to know of it: annotation file, rules for results. Its `info` is info().
  [[nodiscard]] virtual MetricContext metric_context() const;
  /// Lines for the start of a run: images, instances, points labelled, what was dropped and why.
  [[nodiscard]] virtual std::vector<std::string> report() const = 0;
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(instances().size()); }
};

/// Makes the data set that `node` ("data.train", …) describes. Throws Error(config) or Error(data).
[[nodiscard]] std::shared_ptr<const Dataset> make_dataset(const Node& node, const DataContext& context);

}  // namespace ph
