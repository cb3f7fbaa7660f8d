#include "tensor/zip_writer.hpp"

#include "tensor/crc32.hpp"

namespace ph {
namespace {

constexpr std::uint64_t alignment = 64;
constexpr std::uint32_t see_wide = 0xffffffff;
constexpr std::uint16_t version = 20, wide_version = 45;
constexpr std::uint16_t date_1980 = 33;  // the first day that the format knows; 0 is none

template <class T>
void put(std::string& bytes, T value) {  // little-endian, as the machine is
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::uint32_t narrow(std::uint64_t number, bool is_wide) {
  return is_wide ? see_wide : static_cast<std::uint32_t>(number);
}

// Version, flags, method (stored), time, date, check sum.
void put_beginning(std::string& bytes, bool is_wide, std::uint32_t crc) {
  put<std::uint16_t>(bytes, is_wide ? wide_version : version);
  put<std::uint16_t>(bytes, 0);
  put<std::uint16_t>(bytes, 0);
  put<std::uint16_t>(bytes, 0);
  put<std::uint16_t>(bytes, date_1980);
  put<std::uint32_t>(bytes, crc);
}

}  // namespace

void ZipWriter::write(std::string_view bytes) {
  file_.write(bytes.data(), bytes.size());
  at_ += bytes.size();
}

void ZipWriter::add(const std::string& name, std::string_view data) {
  const Entry entry{name, at_, data.size(), crc32(data)};
  const bool is_wide = wide(entry.size);
  std::string extra;
  if (is_wide) {
    put<std::uint16_t>(extra, 1);
    put<std::uint16_t>(extra, 16);
    put<std::uint64_t>(extra, entry.size);
    put<std::uint64_t>(extra, entry.size);
  }
  constexpr std::uint64_t fixed = 30, field = 4;
  const auto before = at_ + fixed + name.size() + extra.size() + field;
  const auto padding = (alignment - before % alignment) % alignment;
  put<std::uint16_t>(extra, 0x4246);  // torch's field of no meaning
  put<std::uint16_t>(extra, static_cast<std::uint16_t>(padding));
  extra.append(padding, '\0');

  std::string header("PK\x03\x04");
  put_beginning(header, is_wide, entry.crc);
  put<std::uint32_t>(header, narrow(entry.size, is_wide));
  put<std::uint32_t>(header, narrow(entry.size, is_wide));
  put<std::uint16_t>(header, static_cast<std::uint16_t>(name.size()));
  put<std::uint16_t>(header, static_cast<std::uint16_t>(extra.size()));
  write(header + name + extra);
  write(data);
  entries_.push_back(entry);
}

std::string ZipWriter::directory_entry(const Entry& entry) const {
  const bool size_wide = wide(entry.size), header_wide = wide(entry.header);
  std::string extra;
  if (size_wide || header_wide) {
    put<std::uint16_t>(extra, 1);
    put<std::uint16_t>(extra, static_cast<std::uint16_t>((size_wide ? 16 : 0) + (header_wide ? 8 : 0)));
    if (size_wide) {
      put<std::uint64_t>(extra, entry.size);
      put<std::uint64_t>(extra, entry.size);
    }
    if (header_wide) put<std::uint64_t>(extra, entry.header);
  }
  std::string bytes("PK\x01\x02");
  put<std::uint16_t>(bytes, wide_version);
  put_beginning(bytes, size_wide || header_wide, entry.crc);
  put<std::uint32_t>(bytes, narrow(entry.size, size_wide));
  put<std::uint32_t>(bytes, narrow(entry.size, size_wide));
  put<std::uint16_t>(bytes, static_cast<std::uint16_t>(entry.name.size()));
  put<std::uint16_t>(bytes, static_cast<std::uint16_t>(extra.size()));
  bytes.append(2 + 2 + 2 + 4, '\0');  // comment, volume, attributes
  put<std::uint32_t>(bytes, narrow(entry.header, header_wide));
  return bytes + entry.name + extra;
}

void ZipWriter::finish() {
  const auto begin = at_;
  std::string directory;
  for (const auto& entry : entries_) directory += directory_entry(entry);
  write(directory);
  const auto count = entries_.size();
  constexpr std::size_t most = 0xffff;
  const bool is_wide = wide(begin) || wide(directory.size()) || count >= most;
  std::string end;
  if (is_wide) {
    constexpr std::uint64_t record_size = 44;  // of what follows this number
    const auto record = at_;
    end = "PK\x06\x06";
    put<std::uint64_t>(end, record_size);
    put<std::uint16_t>(end, wide_version);
    put<std::uint16_t>(end, wide_version);
    end.append(4 + 4, '\0');
    put<std::uint64_t>(end, count);
    put<std::uint64_t>(end, count);
    put<std::uint64_t>(end, directory.size());
    put<std::uint64_t>(end, begin);
    end += "PK\x06\x07";
    end.append(4, '\0');
    put<std::uint64_t>(end, record);
    put<std::uint32_t>(end, 1);
  }
  end += "PK\x05\x06";
  end.append(2 + 2, '\0');
  const auto shown = static_cast<std::uint16_t>(is_wide ? most : count);
  put<std::uint16_t>(end, shown);
  put<std::uint16_t>(end, shown);
  put<std::uint32_t>(end, narrow(directory.size(), is_wide));
  put<std::uint32_t>(end, narrow(begin, is_wide));
  put<std::uint16_t>(end, 0);
  write(end);
}

}  // namespace ph
