#include "train/stop_signal.hpp"

#include <unistd.h>
#include <csignal>

namespace ph {
namespace {

volatile std::sig_atomic_t stop_signal = 0;
volatile std::sig_atomic_t save_signal = 0;

extern "C" void on_signal(int number) {
  if (number == SIGUSR1) {
    save_signal = 1;
  } else if (number == SIGINT && stop_signal == SIGINT) {
    _exit(128 + SIGINT);  // the person insists
  } else {
    stop_signal = number;
  }
}

void install(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, nullptr);
}

}  // namespace

StopSignals::StopSignals() {
  stop_signal = 0;
  save_signal = 0;
  for (const int number : {SIGINT, SIGTERM, SIGUSR1}) install(number, on_signal);
}

StopSignals::~StopSignals() {
  for (const int number : {SIGINT, SIGTERM, SIGUSR1}) install(number, SIG_DFL);
}

int StopSignals::stop() const noexcept { return stop_signal; }

bool StopSignals::take_save() noexcept {
  const bool asked = save_signal != 0;
  save_signal = 0;
  return asked;
}

}  // namespace ph
