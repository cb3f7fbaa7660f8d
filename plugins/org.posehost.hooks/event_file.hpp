// SPDX-License-Identifier: Apache-2.0
//
// TensorBoard's event files: TFRecord frames around protobuf messages of type Event, written by hand, for
// they are four messages with a dozen fields.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

struct ph_picture;

// CRC-32C (Castagnoli) of the bytes, as TFRecord wants it: rotated and shifted, so that a check sum of data that
// has check sums in it stays a good one.
std::uint32_t masked_crc32c(std::string_view bytes);
// Length, its check sum, the bytes, theirs.
std::string tf_record(std::string_view bytes);

// Values of one step; add them, then write the event.
class EventSummary {
 public:
  void scalar(std::string_view tag, double value);
  void text(std::string_view tag, std::string_view value);
  void picture(std::string_view tag, const ph_picture& picture);
  bool empty() const noexcept { return values_.empty(); }
  const std::string& bytes() const noexcept { return values_; }

 private:
  std::string values_;
};

class EventFile {
 public:
  EventFile() = default;
  ~EventFile();
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;

  // A new file in `folder`, which is made. `start` > 0: the run goes on after so many steps; what files of
  // before have beyond that is taken back. False: errno says why.
  bool open(const std::string& folder, const std::string& run, std::int64_t start);
  bool is_open() const noexcept { return file_ >= 0; }
  // One event with its own clock time, in one call of write. False: errno says why, the file is closed.
  bool write(std::int64_t step, const EventSummary& summary);
  const std::string& path() const noexcept { return path_; }

 private:
  bool put(const std::string& event);
  int file_ = -1;
  std::string path_;
};
