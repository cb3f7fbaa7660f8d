// SPDX-License-Identifier: MIT
//
// Failures. Plugin code written on the C++ layer throws; the functions that the host calls catch
// everything and turn it into a status and a text.
#pragma once
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

#include <posehost/abi.h>

namespace ph {

// Says what was found and what was expected, in one line; the host adds plugin, component and place
// in the config. std::invalid_argument, std::domain_error and std::out_of_range count as
// PH_ERR_INVALID_ARGUMENT, std::bad_alloc as PH_ERR_OUT_OF_MEMORY, anything else as PH_ERR_FAILED.
class Failure : public std::runtime_error {
 public:
  Failure(std::int32_t code, const std::string& text) : std::runtime_error(text), code_(code) {}
  std::int32_t code() const noexcept { return code_; }

 private:
  std::int32_t code_;
};

namespace detail {

inline std::int32_t report(const ph_host* host, std::int32_t code, const char* text) noexcept {
  if (host != nullptr && host->set_error != nullptr)
    host->set_error(host->ctx, code, text, static_cast<std::int64_t>(std::strlen(text)));
  return code;
}

// Runs `work` and returns a status; nothing is ever thrown.
template <class Work>
std::int32_t guarded(const ph_host* host, const Work& work) noexcept {
  try {
    work();
    return PH_OK;
  } catch (const Failure& e) {
    // A status must not claim success.
    return report(host, e.code() == PH_OK ? PH_ERR_FAILED : e.code(), e.what());
  } catch (const std::invalid_argument& e) {
    return report(host, PH_ERR_INVALID_ARGUMENT, e.what());
  } catch (const std::domain_error& e) {
    return report(host, PH_ERR_INVALID_ARGUMENT, e.what());
  } catch (const std::out_of_range& e) {
    return report(host, PH_ERR_INVALID_ARGUMENT, e.what());
  } catch (const std::bad_alloc&) {
    return report(host, PH_ERR_OUT_OF_MEMORY, "out of memory");
  } catch (const std::exception& e) {
    return report(host, PH_ERR_FAILED, e.what());
  } catch (...) {
    return report(host, PH_ERR_FAILED, "an exception that is no std::exception");
  }
}

// A copy of what the maker of `*from` knew, zeros beyond (abi.h, "Growth").
template <class Struct>
Struct read_struct(const Struct* from) noexcept {
  Struct copy{};
  const std::size_t known = from->size < sizeof(Struct) ? from->size : sizeof(Struct);
  std::memcpy(static_cast<void*>(&copy), from, known);
  return copy;
}

// Writes `value` into an output struct of the caller, no further than its capacity.
template <class Struct>
void write_struct(Struct* to, Struct value) noexcept {
  const std::size_t room = to->size < sizeof(Struct) ? to->size : sizeof(Struct);
  value.size = static_cast<std::uint32_t>(room);
  value.rev = 0;
  std::memcpy(static_cast<void*>(to), &value, room);
}

constexpr ph_str to_ph(std::string_view text) noexcept {
  return {text.data(), static_cast<std::int64_t>(text.size())};
}
inline std::string_view from_ph(ph_str text) noexcept {
  return text.len > 0 ? std::string_view(text.data, static_cast<std::size_t>(text.len)) : std::string_view();
}

}  // namespace detail
}  // namespace ph
