#include "report_error.hpp"

#include <iostream>
#include <new>

#include "config/error.hpp"
#include "log/log.hpp"

int with_errors_reported(const std::function<int()>& command) {
  try {
    return command();
  } catch (const ph::Error& error) {
    ph::log_error(error.what());
    return error.exit_code();
  } catch (const std::bad_alloc&) {
    ph::log_error(ph::Error(ph::ErrorKind::environment, "out of memory", {}, {},
                            "a smaller samples_per_gpu or image_size")
                      .what());
    return 6;
  } catch (const std::exception& error) {
    ph::log_error(ph::Error(ph::ErrorKind::internal, "internal error", error.what(), {},
                            "report this with the config and the log")
                      .what());
    return 5;
  }
}
