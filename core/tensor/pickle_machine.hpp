#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/byte_reader.hpp"
#include "tensor/pickle.hpp"

namespace ph {

/// The machine behind read_pickle(): a stack, marks, a memo. Opcodes are in pickle.cpp, what calls of
/// known names mean in pickle_call.cpp.
class PickleMachine {
 public:
  PickleMachine(const std::filesystem::path& path, std::string_view bytes)
      : path_{path}, in_{path, "pickle", bytes} {}
  [[nodiscard]] Pickle run();

 private:
  [[noreturn]] void refuse(const std::string& found,
                           const std::string& expected = "a pickle as torch.save writes it") const;
  PickleRef add(PickleValue value);
  void push(PickleRef ref);
  PickleRef pop();
  PickleRef top();
  std::vector<PickleRef> pop_to_mark();
  void push_text(std::string_view text);
  void push_number(PickleKind kind, std::int64_t number);
  void push_items(PickleKind kind, std::vector<PickleRef> items);
  void push_tuple(std::size_t size);
  void push_long(std::string_view bytes);
  void push_real();
  void push_global();
  void put(std::size_t key);
  void get(std::size_t key);
  void append(const std::vector<PickleRef>& items);
  void set_items(const std::vector<PickleRef>& items);
  void step(unsigned char opcode);

  PickleRef call(PickleRef callee, PickleRef arguments);
  PickleRef make_object(PickleRef type, PickleRef arguments);
  void set_state(PickleRef object, PickleRef state);
  PickleRef opaque(const PickleGlobal& global);
  PickleRef dict_of(const std::vector<PickleRef>& arguments);
  PickleRef tensor(const std::vector<PickleRef>& arguments, bool with_type);
  PickleRef storage(PickleRef id);
  [[nodiscard]] const std::vector<PickleRef>& tuple(PickleRef ref, std::size_t at_least,
                                                    const char* what) const;
  [[nodiscard]] std::uint64_t count(PickleRef ref, const char* what) const;
  [[nodiscard]] std::vector<std::int64_t> sizes(PickleRef ref, const char* what) const;
  [[nodiscard]] const PickleValue& value(PickleRef ref) const { return out_.values[ref]; }

  const std::filesystem::path& path_;
  ByteReader in_;
  Pickle out_;
  std::vector<PickleRef> stack_, memo_;
  std::vector<std::size_t> marks_;
  std::size_t copied_ = 0;  ///< pairs taken over into dicts
};

}  // namespace ph
