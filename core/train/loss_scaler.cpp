#include "train/loss_scaler.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace ph {
namespace {

constexpr std::int64_t kMostSkipped = 100;

double above(const Node& object, const char* key, double least, double otherwise) {
  const auto found = object.find(key);
  if (!found) return otherwise;
  if (!(found->f64() > least) || !std::isfinite(found->f64()))
    throw found->error("out of range", "above " + std::to_string(static_cast<int>(least)));
  return found->f64();
}

std::int64_t count(const Node& object, const char* key, std::int64_t otherwise) {
  const auto found = object.find(key);
  if (!found) return otherwise;
  if (found->i64() < 1) throw found->error("out of range", "at least 1");
  return found->i64();
}

void check_keys(const Node& object) {
  const std::vector<std::string> known{"init_scale", "growth_factor", "backoff_factor", "growth_interval",
                                       "enabled",    "mode",          "scale_factor",   "scale_window"};
  for (const auto& key : object.keys()) {
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw object.at(key).error("unknown key", "init_scale, growth_factor, backoff_factor, growth_interval",
                                 did_you_mean(key, known));
  }
}

}  // namespace

LossScaler::LossScaler(const Node& config) {
  if (config.is_number()) {
    fixed_ = true;
    scale_ = config.f64();
    if (!(scale_ > 0) || !std::isfinite(scale_)) throw config.error("out of range", "above 0");
    return;
  }
  if (!config.is_object()) {
    if (!config.is_string() || config.string() != "dynamic")
      throw config.error("no loss scale", "a number, \"dynamic\", or an object of GradScaler's arguments");
    return;
  }
  check_keys(config);
  // mmcv's own scaler, of before torch had one, has other defaults.
  if (config.has("mode") || config.has("scale_factor") || config.has("scale_window")) {
    growth_ = above(config, "scale_factor", 1, 2.0);
    backoff_ = 1 / growth_;
    interval_ = count(config, "scale_window", 1000);
    scale_ = above(config, "init_scale", 0, 4294967296.0);
    const auto mode = config.has("mode") ? config.at("mode").string() : "dynamic";
    if (mode != "dynamic" && mode != "static")
      throw config.at("mode").error("no such mode", "\"dynamic\" or \"static\"");
    fixed_ = mode == "static";
    return;
  }
  scale_ = above(config, "init_scale", 0, scale_);
  growth_ = above(config, "growth_factor", 1, growth_);
  backoff_ = above(config, "backoff_factor", 0, backoff_);
  if (backoff_ >= 1) throw config.at("backoff_factor").error("out of range", "above 0 and below 1");
  interval_ = count(config, "growth_interval", interval_);
}

void LossScaler::update(bool overflow) {
  if (!overflow) {
    skipped_ = 0;
    if (fixed_ || ++good_ < interval_) return;
    good_ = 0;
    // The loss that it multiplies is a float32.
    if (scale_ * growth_ <= static_cast<double>(std::numeric_limits<float>::max())) scale_ *= growth_;
    return;
  }
  good_ = 0;
  if (++skipped_ > kMostSkipped) {
    throw Error(ErrorKind::nan,
                "gradients are not finite, " + std::to_string(skipped_) + " updates in a row left out",
                "loss scale " + std::to_string(scale_), "a scale at which they are finite",
                fixed_ ? "a smaller loss_scale, or \"dynamic\"" : "a lower lr, or no loss scaling");
  }
  if (!fixed_) scale_ *= backoff_;
}

std::string LossScaler::state() const {
  return Json{{"scale", scale_}, {"good", good_}, {"skipped", skipped_}}.dump();
}

void LossScaler::load_state(const std::string& text, const std::string& file) {
  const auto json = Json::parse(text, nullptr, false);
  const bool sane = json.is_object() && json.value("scale", Json()).is_number() &&
                    json.value("good", Json()).is_number_integer() &&
                    json.value("skipped", Json()).is_number_integer() && json["scale"].get<double>() > 0;
  if (!sane) {
    throw Error(ErrorKind::data, file + ": its loss scale is damaged", text.substr(0, 40),
                "a checkpoint written by posehost", "use an older checkpoint");
  }
  if (!fixed_) scale_ = json["scale"].get<double>();
  good_ = json["good"].get<std::int64_t>();
  skipped_ = json["skipped"].get<std::int64_t>();
}

}  // namespace ph
