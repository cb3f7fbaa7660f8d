// SPDX-License-Identifier: Apache-2.0
#include "mlflow_client.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// The server takes letters, digits and _-. /: in names.
std::string allowed(std::string key) {
  for (char& c : key) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain && std::string("_-. /").find(c) == std::string::npos) c = '_';
  }
  return key;
}

// Protobuf's JSON has words for what JSON has no numbers for.
Json number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

MlflowClient::MlflowClient(const std::string& url, MlflowRun run)
    : http_{url}, url_{url}, run_{std::move(run)} {
  if (!run_.run_id.empty()) state_ = State::log;
}

void MlflowClient::add(const std::string& key, double value, std::int64_t step) {
  if (waiting_.size() >= most_waiting) {
    if (!std::exchange(dropped_, true)) message_ = "too many values wait: new ones are lost from here on";
    return;
  }
  waiting_.push_back(
      {{"key", allowed(key)}, {"value", number(value)}, {"timestamp", now_ms()}, {"step", step}});
}

void MlflowClient::restore(const Json& values) {
  if (!values.is_array()) return;
  for (const auto& value : values)
    if (value.is_object() && value.contains("key") && waiting_.size() < most_waiting)
      waiting_.push_back(value);
}

std::string MlflowClient::take_message() { return std::exchange(message_, {}); }

void MlflowClient::step(std::chrono::milliseconds wait) {
  if (!http_.busy() && Clock::now() >= next_try_) begin();
  if (const auto answer = http_.step(wait)) {
    take(*answer);
    if (!away_ && Clock::now() >= next_try_) begin();
  }
}

void MlflowClient::begin() {
  const std::string api = "/api/2.0/mlflow/";
  asked_ = state_;
  switch (state_) {
    case State::experiment:
      return http_.begin(api + "experiments/get-by-name?experiment_name=" + http_.escaped(run_.experiment),
                         "");
    case State::new_experiment:
      return http_.begin(api + "experiments/create", dump({{"name", run_.experiment}}));
    case State::run:
      return http_.begin(api + "runs/create", dump({{"experiment_id", experiment_id_},
                                                    {"run_name", run_.name},
                                                    {"start_time", now_ms()},
                                                    {"tags", run_.tags}}));
    case State::log:
    case State::update: {
      if (waiting_.empty() && run_.params.empty()) {
        if (end_.empty()) return;
        asked_ = state_ = State::update;
        return http_.begin(api + "runs/update",
                           dump({{"run_id", run_.run_id}, {"status", end_}, {"end_time", now_ms()}}));
      }
      sent_ = std::min(most_in_batch, waiting_.size());
      Json metrics = Json::array();
      for (std::size_t i = 0; i < sent_; ++i) metrics.push_back(waiting_[i]);
      asked_ = State::log;
      return http_.begin(api + "runs/log-batch",
                         dump({{"run_id", run_.run_id}, {"metrics", metrics}, {"params", run_.params}}));
    }
    case State::ended:
      return;
  }
}

void MlflowClient::take(const HttpAnswer& answer) {
  if (answer.status == 0) return fail(answer.error);
  if (answer.status >= 500 || answer.status == 429) return fail("HTTP " + std::to_string(answer.status));
  if (answer.status != 200) return refuse(answer);
  const auto body = Json::parse(answer.body, nullptr, false);
  if (!body.is_object()) return fail("an answer that is no JSON object");
  if (std::exchange(away_, false)) message_ = url_ + " answers again";
  pause_ = std::chrono::seconds(5);
  try {
    succeed(body);
  } catch (const Json::exception&) {
    fail("an answer that lacks what MLflow's have");
  }
}

void MlflowClient::succeed(const Json& body) {
  switch (asked_) {
    case State::experiment:
      experiment_id_ = body.at("experiment").at("experiment_id").get<std::string>();
      state_ = State::run;
      return;
    case State::new_experiment:
      experiment_id_ = body.at("experiment_id").get<std::string>();
      state_ = State::run;
      return;
    case State::run:
      run_.run_id = body.at("run").at("info").at("run_id").get<std::string>();
      state_ = State::log;
      return;
    case State::log:
      waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(sent_));
      run_.params.clear();
      return;
    case State::update:
    case State::ended:
      state_ = State::ended;
      return;
  }
}

// The server is there and says no: asking the same again would not help.
void MlflowClient::refuse(const HttpAnswer& answer) {
  const bool missing = answer.status == 404;
  if (asked_ == State::experiment && missing) {
    state_ = State::new_experiment;
  } else if (asked_ == State::log && missing) {
    state_ = State::experiment;  // the run to go on with has been deleted there
    run_.run_id.clear();
  } else if (asked_ == State::log) {
    message_ = "the server refuses " + std::to_string(sent_) +
               " values, they are lost: " + answer.body.substr(0, 300);
    succeed({});
  } else if (asked_ == State::update) {
    state_ = State::ended;
  } else {
    fail("HTTP " + std::to_string(answer.status) + " " + answer.body.substr(0, 300));
  }
}

void MlflowClient::fail(const std::string& why) {
  if (!std::exchange(away_, true))
    message_ = url_ + ": " + why + "; the run goes on, values wait and are sent later";
  next_try_ = Clock::now() + pause_;
  pause_ = std::min(2 * pause_, std::chrono::seconds(300));
}
