// SPDX-License-Identifier: Apache-2.0
#include "event_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <posehost/abi.h>

#include "png.hpp"

namespace {

constexpr std::array<std::uint32_t, 256> crc_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int k = 0; k < 8; ++k) c = (c & 1) != 0 ? 0x82F63B78u ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  return table;
}();

template <class T>
void put_fixed(std::string& out, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));  // x86-64 is little-endian, as the format
  out.append(bytes, sizeof(T));
}

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

// Protobuf: a field begins with its number and how its value is written.
enum class Wire { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };
void put_key(std::string& out, std::uint32_t field, Wire wire) {
  put_varint(out, std::uint64_t{field} << 3 | static_cast<std::uint64_t>(wire));
}
void put_int(std::string& out, std::uint32_t field, std::int64_t value) {
  put_key(out, field, Wire::varint);
  put_varint(out, static_cast<std::uint64_t>(value));
}
void put_bytes(std::string& out, std::uint32_t field, std::string_view value) {
  put_key(out, field, Wire::bytes);
  put_varint(out, value.size());
  out.append(value);
}

// tensorflow.Event: wall_time 1, step 2, file_version 3, summary 5, session_log 7.
std::string event_head(std::int64_t step) {
  using Seconds = std::chrono::duration<double>;
  std::string event;
  put_key(event, 1, Wire::fixed64);
  put_fixed(event, Seconds(std::chrono::system_clock::now().time_since_epoch()).count());
  if (step != 0) put_int(event, 2, step);
  return event;
}

// For the name: TensorBoard reads a folder's files in the order of their names, so that one that is opened
// later has to have a later second, even where the clock was set back in between.
long long next_second(const std::string& folder) {
  constexpr std::string_view head = "events.out.tfevents.";
  long long seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    const auto name = entry.path().filename().string();
    if (name.compare(0, head.size(), head) != 0) continue;
    const auto other = std::strtoll(name.c_str() + head.size(), nullptr, 10);
    constexpr long long far = 100'000'000'000;  // no second of a clock
    if (other >= seconds && other < far) seconds = other + 1;
  }
  return seconds;
}

std::string host_name() {
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  return name[0] != '\0' ? name : "localhost";
}

}  // namespace

std::uint32_t masked_crc32c(std::string_view bytes) {
  std::uint32_t crc = ~0u;
  for (const char c : bytes) crc = crc_table[(crc ^ static_cast<unsigned char>(c)) & 0xFF] ^ (crc >> 8);
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8u;
}

std::string tf_record(std::string_view bytes) {
  std::string record;
  put_fixed(record, static_cast<std::uint64_t>(bytes.size()));
  put_fixed(record, masked_crc32c(record));
  record.append(bytes);
  put_fixed(record, masked_crc32c(bytes));
  return record;
}

// Summary: value 1. Value: tag 1, simple_value 2, image 4, tensor 8, metadata 9.
void EventSummary::scalar(std::string_view tag, double value) {
  std::string item;
  put_bytes(item, 1, tag);
  put_key(item, 2, Wire::fixed32);
  put_fixed(item, static_cast<float>(value));
  put_bytes(values_, 1, item);
}

// A text is a tensor of strings whose metadata name the plugin that shows it.
void EventSummary::text(std::string_view tag, std::string_view value) {
  constexpr std::int64_t dt_string = 7;
  std::string tensor, plugin, metadata, item;
  put_int(tensor, 1, dt_string);
  put_bytes(tensor, 2, {});  // no dimensions
  put_bytes(tensor, 8, value);
  put_bytes(plugin, 1, "text");
  put_bytes(metadata, 1, plugin);
  put_bytes(item, 1, tag);
  put_bytes(item, 8, tensor);
  put_bytes(item, 9, metadata);
  put_bytes(values_, 1, item);
}

// Image: height 1, width 2, colorspace 3 (channels), encoded_image_string 4.
void EventSummary::picture(std::string_view tag, const ph_picture& picture) {
  std::string image, item;
  put_int(image, 1, picture.height);
  put_int(image, 2, picture.width);
  put_int(image, 3, picture.channels);
  put_bytes(image, 4,
            encode_png(picture.data, picture.width, picture.height, picture.channels, picture.stride));
  put_bytes(item, 1, tag);
  put_bytes(item, 4, image);
  put_bytes(values_, 1, item);
}

EventFile::~EventFile() {
  if (file_ >= 0) ::close(file_);
}

bool EventFile::open(const std::string& folder, const std::string& run, std::int64_t start) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  const auto seconds = next_second(folder);
  const auto base =
      folder + "/events.out.tfevents." + std::to_string(seconds) + "." + host_name() + "." + run;
  path_ = base;
  for (int i = 1; i < 1000; ++i) {
    file_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file_ >= 0 || errno != EEXIST) break;
    path_ = base + "." + std::to_string(i);
  }
  if (file_ < 0) return false;
  auto version = event_head(0);
  put_bytes(version, 3, "brain.Event:2");
  if (!put(version)) return false;
  if (start <= 0) return true;
  auto session = event_head(start + 1);
  std::string log;
  put_int(log, 1, 1);  // SessionLog.START: forget what comes after this step
  put_bytes(session, 7, log);
  return put(session);
}

bool EventFile::write(std::int64_t step, const EventSummary& summary) {
  auto event = event_head(step);
  put_bytes(event, 5, summary.bytes());
  return put(event);
}

bool EventFile::put(const std::string& event) {
  const auto record = tf_record(event);
  const auto written = ::write(file_, record.data(), record.size());
  if (written == static_cast<ssize_t>(record.size())) return true;
  const int why = written < 0 ? errno : ENOSPC;  // a short write sets none
  ::close(file_);                                // half a record hides what would follow
  file_ = -1;
  errno = why;
  return false;
}
