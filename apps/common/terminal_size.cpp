#include "common/terminal_size.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

int terminal_columns() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 100;
}
