// SPDX-License-Identifier: Apache-2.0
#include "http_client.hpp"

#include <curl/curl.h>

#include <cstdlib>
#include <new>
#include <utility>

struct HttpClient::Handles {
  CURLM* multi = nullptr;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  std::string request, answer;
  bool busy = false;

  ~Handles() {
    if (busy) curl_multi_remove_handle(multi, easy);
    if (easy != nullptr) curl_easy_cleanup(easy);
    if (multi != nullptr) curl_multi_cleanup(multi);
    if (headers != nullptr) curl_slist_free_all(headers);
  }
};

namespace {

std::size_t keep(char* data, std::size_t size, std::size_t n, void* into) {
  constexpr std::size_t most = 1 << 20;
  auto& text = *static_cast<std::string*>(into);
  try {
    if (text.size() + size * n <= most) text.append(data, size * n);
  } catch (const std::bad_alloc&) {
    return 0;  // ends the transfer
  }
  return size * n;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

void set_credentials(CURL* easy, curl_slist*& headers) {
  const auto user = variable("MLFLOW_TRACKING_USERNAME"), token = variable("MLFLOW_TRACKING_TOKEN");
  if (!user.empty()) {
    curl_easy_setopt(easy, CURLOPT_USERNAME, user.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, variable("MLFLOW_TRACKING_PASSWORD").c_str());
  } else if (!token.empty()) {
    headers = curl_slist_append(headers, ("Authorization: Bearer " + token).c_str());
  }
}

}  // namespace

HttpClient::HttpClient(std::string url) : url_{std::move(url)}, handles_{std::make_unique<Handles>()} {
  auto& h = *handles_;
  h.multi = curl_multi_init();
  h.easy = curl_easy_init();
  if (h.multi == nullptr || h.easy == nullptr) throw std::bad_alloc();
  h.headers = curl_slist_append(nullptr, "Content-Type: application/json");
  set_credentials(h.easy, h.headers);
  constexpr long connect_s = 5, whole_s = 30;
  curl_easy_setopt(h.easy, CURLOPT_HTTPHEADER, h.headers);
  curl_easy_setopt(h.easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(h.easy, CURLOPT_CONNECTTIMEOUT, connect_s);
  curl_easy_setopt(h.easy, CURLOPT_TIMEOUT, whole_s);
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(h.easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(h.easy, CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
  curl_easy_setopt(h.easy, CURLOPT_WRITEFUNCTION, keep);
  curl_easy_setopt(h.easy, CURLOPT_WRITEDATA, &h.answer);
}

HttpClient::~HttpClient() = default;

bool HttpClient::busy() const noexcept { return handles_->busy; }

void HttpClient::begin(const std::string& path, const std::string& body) {
  auto& h = *handles_;
  h.request = body;
  h.answer.clear();
  curl_easy_setopt(h.easy, CURLOPT_URL, (url_ + path).c_str());
  if (body.empty()) {
    curl_easy_setopt(h.easy, CURLOPT_HTTPGET, 1L);
  } else {
    curl_easy_setopt(h.easy, CURLOPT_POST, 1L);
    curl_easy_setopt(h.easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(h.request.size()));
    curl_easy_setopt(h.easy, CURLOPT_POSTFIELDS, h.request.c_str());
  }
  curl_multi_add_handle(h.multi, h.easy);
  h.busy = true;
}

std::optional<HttpAnswer> HttpClient::step(std::chrono::milliseconds wait) {
  auto& h = *handles_;
  if (!h.busy) return std::nullopt;
  int running = 0;
  curl_multi_perform(h.multi, &running);
  if (running > 0 && wait.count() > 0) {
    curl_multi_poll(h.multi, nullptr, 0, static_cast<int>(wait.count()), nullptr);
    curl_multi_perform(h.multi, &running);
  }
  int left = 0;
  const auto* message = curl_multi_info_read(h.multi, &left);
  if (message == nullptr || message->msg != CURLMSG_DONE) return std::nullopt;
  HttpAnswer answer;
  if (message->data.result == CURLE_OK) {
    curl_easy_getinfo(h.easy, CURLINFO_RESPONSE_CODE, &answer.status);
    answer.body = std::move(h.answer);
  } else {
    answer.error = curl_easy_strerror(message->data.result);
  }
  curl_multi_remove_handle(h.multi, h.easy);
  h.busy = false;
  return answer;
}

std::string HttpClient::escaped(const std::string& text) const {
  char* raw = curl_easy_escape(handles_->easy, text.c_str(), static_cast<int>(text.size()));
  if (raw == nullptr) throw std::bad_alloc();
  std::string all(raw);
  curl_free(raw);
  return all;
}
