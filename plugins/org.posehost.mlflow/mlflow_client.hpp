// SPDX-License-Identifier: Apache-2.0
//
// A run on an MLflow server: finds or makes the experiment, makes the run, sends values in batches. What
// cannot be sent waits, at most `most_waiting` values; a server that is away is asked again later and later.
#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <nlohmann/json.hpp>
#include <string>

#include "http_client.hpp"

struct MlflowRun {
  std::string experiment = "Default";
  std::string name;    // shown by the server
  std::string run_id;  // of a run to go on with; "": a new one
  nlohmann::json tags = nlohmann::json::array(), params = nlohmann::json::array();  // {"key", "value"}
};

class MlflowClient {
 public:
  MlflowClient(const std::string& url, MlflowRun run);

  void add(const std::string& key, double value, std::int64_t step);
  // Does what can be done within `wait`; the default waits for nothing.
  void step(std::chrono::milliseconds wait = {});
  // The last word to the server, once all values are sent: FINISHED or KILLED.
  void end(const std::string& status) { end_ = status; }
  // Whether everything has been sent.
  bool idle() const { return !http_.busy() && waiting_.empty() && (end_.empty() || state_ == State::ended); }
  // What the server is to be told of: the first of a series of failures, a success after them.
  std::string take_message();

  const std::string& run_id() const noexcept { return run_.run_id; }
  const std::deque<nlohmann::json>& waiting() const noexcept { return waiting_; }
  void restore(const nlohmann::json& values);

 private:
  enum class State { experiment, new_experiment, run, log, update, ended };
  void begin();
  void take(const HttpAnswer& answer);
  void succeed(const nlohmann::json& body);
  void refuse(const HttpAnswer& answer);
  void fail(const std::string& why);

  static constexpr std::size_t most_waiting = 200000, most_in_batch = 500;
  HttpClient http_;
  std::string url_;
  MlflowRun run_;
  State state_ = State::experiment, asked_ = State::experiment;
  std::string experiment_id_, end_, message_;
  std::deque<nlohmann::json> waiting_;
  std::size_t sent_ = 0;  // of those: in the request under way
  bool away_ = false, dropped_ = false;
  std::chrono::steady_clock::time_point next_try_{};
  std::chrono::seconds pause_{5};
};
