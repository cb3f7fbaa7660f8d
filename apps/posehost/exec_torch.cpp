#include "exec_torch.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "config/error.hpp"
#include "program_paths.hpp"

void exec_torch(const std::vector<std::string>& args) {
  const auto program = torch_program();
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), args.begin(), args.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  throw ph::Error(ph::ErrorKind::environment, program.string() + ": cannot be started", std::strerror(errno),
                  "the program that computes, installed beside posehost", "posehost doctor");
}
