// SPDX-License-Identifier: Apache-2.0
//
// One HTTP request at a time that nobody waits for: step() does what can be done at once and returns.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>

struct HttpAnswer {
  long status = 0;    // 0: there was no answer
  std::string body;   // at most 1 MiB
  std::string error;  // why there was none
};

class HttpClient {
 public:
  // `url` without a slash at its end. Credentials as MLflow's own clients take them from the environment.
  explicit HttpClient(std::string url);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  bool busy() const noexcept;
  // Begins a request; "" as `body` is a GET.
  void begin(const std::string& path, const std::string& body);
  // Goes on with it, waiting for the network for at most `wait`. The answer, once it is there.
  std::optional<HttpAnswer> step(std::chrono::milliseconds wait = {});
  // A part of a query.
  std::string escaped(const std::string& text) const;

 private:
  struct Handles;  // libcurl's
  std::string url_;
  std::unique_ptr<Handles> handles_;
};
