#include "report_error.hpp"

#include <iostream>

#include "config/error.hpp"
#include "log/log.hpp"
#include "system/resource_error.hpp"

int with_errors_reported(const std::function<int()>& command) {
  try {
    return command();
  } catch (const ph::Error& error) {
    ph::log_error(error.what());
    return error.exit_code();
  } catch (const std::exception& error) {
    if (const auto resource = ph::resource_error(error, {})) {
      ph::log_error(resource->what());
      return resource->exit_code();
    }
    ph::log_error(ph::Error(ph::ErrorKind::internal, "internal error", error.what(), {},
                            "report this with the config and the log")
                      .what());
    return 5;
  }
}
