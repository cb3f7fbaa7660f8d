#include "metric/plugin_metric.hpp"

#include <posehost/abi_draft.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "plugin/instance.hpp"
#include "plugin/text_rules.hpp"

namespace ph {
namespace {

/// What a plugin reports, taken by rules of abi_draft.h.
struct Figures {
  MetricValues values;

  static std::int32_t take(void* ctx, ph_str name, double value) noexcept {
    constexpr std::int64_t longest = 128;
    auto& values = static_cast<Figures*>(ctx)->values;
    if (name.len < 1 || name.len > longest || name.data == nullptr || !is_utf8(from_ph(name)))
      return PH_ERR_INVALID_ARGUMENT;
    const auto same = [&](const auto& one) { return one.first == from_ph(name); };
    if (std::any_of(values.begin(), values.end(), same)) return PH_ERR_INVALID_ARGUMENT;
    try {
      values.emplace_back(from_ph(name), value);
    } catch (...) {
      return PH_ERR_OUT_OF_MEMORY;
    }
    return PH_OK;
  }
};

/// Instances and predictions in the columns of ph_metric_args.
class Columns {
 public:
  Columns(const std::vector<Instance>& instances, const std::vector<Prediction>& predictions,
          const std::vector<std::string>& names)
      : n_(instances.size()),
        k_(names.size()),
        predicted_(3 * n_ * k_, std::numeric_limits<float>::quiet_NaN()) {
    for (const auto& prediction : predictions) {
      std::copy_n(prediction.keypoints.begin(), std::min(prediction.keypoints.size(), 3 * k_),
                  predicted_.begin() + static_cast<std::ptrdiff_t>(3 * k_ * prediction.instance));
    }
    for (const auto& instance : instances) {
      truth_.insert(truth_.end(), instance.joints.begin(), instance.joints.end());
      visible_.insert(visible_.end(), instance.visible.begin(), instance.visible.end());
      bbox_.insert(bbox_.end(), instance.bbox.begin(), instance.bbox.end());
      image_id_.push_back(instance.image_id);
    }
    for (const auto& name : names) names_.push_back(to_ph(name));
  }
  [[nodiscard]] ph_metric_args args(Figures& to) const {
    ph_metric_args args{};
    args.size = sizeof args;
    args.n = static_cast<std::int64_t>(n_);
    args.n_keypoints = static_cast<std::int64_t>(k_);
    args.predicted = predicted_.data();
    args.truth = truth_.data();
    args.visible = visible_.data();
    args.bbox = bbox_.data();
    args.image_id = image_id_.data();
    args.keypoint_name = names_.data();
    args.ctx = &to;
    args.report = &Figures::take;
    return args;
  }

 private:
  std::size_t n_, k_;
  std::vector<float> predicted_, truth_, visible_;
  std::vector<double> bbox_;
  std::vector<std::int64_t> image_id_;
  std::vector<ph_str> names_;
};

class PluginMetric final : public Metric {
 public:
  PluginMetric(const LoadedComponent& component, const Node& args) : plugin_(component, args) {}

  MetricValues evaluate(const std::vector<Instance>& instances, const std::vector<Prediction>& predictions,
                        const DatasetInfo& info) const override {
    Figures figures;
    const Columns columns(instances, predictions, info.keypoints);
    const auto args = columns.args(figures);
    plugin_.check(plugin_.api<ph_metric_api>().evaluate(plugin_.self(), &args), "evaluate");
    if (!figures.values.empty()) return figures.values;
    throw Error(ErrorKind::plugin, plugin_.args().where() + ": " + plugin_.qualified_name(),
                "evaluate reported no figure", "at least one", "the plugin's author");
  }

 private:
  PluginInstance plugin_;
};

}  // namespace

std::shared_ptr<const Metric> make_plugin_metric(const PluginCatalog& catalog, const Node& node) {
  const auto type = node.is_object() ? node.at("type") : node;
  const auto args = node.is_object() ? node : node.with(Json::object());
  const auto& component = catalog.load(catalog.resolve(PH_KIND_METRIC, type.string(), type));
  return std::make_shared<PluginMetric>(component, args);
}

}  // namespace ph
