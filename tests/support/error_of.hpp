#pragma once
#include <string>

#include "config/error.hpp"

namespace test {

/// The whole text of the Error that `run` throws; "(no error)" when it throws none.
template <class Run>
std::string error_of(Run&& run) {
  try {
    run();
  } catch (const ph::Error& error) {
    return error.what();
  }
  return "(no error)";
}

}  // namespace test
