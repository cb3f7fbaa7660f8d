// Event files, read back by a reader of its own; the real TensorBoard reads them in tests/apps/event_files.sh.
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "hook_run.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

using test::ContainsSubstring;
using test::HookRun;
using test::LoggedHook;

namespace {

// CRC-32C bit by bit, and TFRecord's mask.
std::uint32_t masked_crc(std::string_view bytes) {
  std::uint32_t crc = ~0u;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78u : crc >> 1;
  }
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8u;
}

template <class T>
T number_at(std::string_view bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::vector<std::string> records(const std::string& file) {
  const auto all = test::read_all(file);
  std::vector<std::string> found;
  for (std::size_t at = 0; at < all.size();) {
    const auto length = number_at<std::uint64_t>(all, at);
    REQUIRE(at + length + 16 <= all.size());
    REQUIRE(number_at<std::uint32_t>(all, at + 8) == masked_crc(std::string_view(all).substr(at, 8)));
    const auto data = all.substr(at + 12, length);
    REQUIRE(number_at<std::uint32_t>(all, at + 12 + length) == masked_crc(data));
    found.push_back(data);
    at += length + 16;
  }
  return found;
}

// The fields of a protobuf message in their order; numbers as text.
std::multimap<int, std::string> fields(std::string_view bytes) {
  std::multimap<int, std::string> all;
  std::size_t at = 0;
  const auto varint = [&] {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes.at(at++));
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.size()) {
    const auto key = varint();
    const int field = static_cast<int>(key >> 3), wire = static_cast<int>(key & 7);
    if (wire == 0) {
      all.emplace(field, std::to_string(varint()));
    } else {
      const auto n = wire == 1 ? 8 : wire == 5 ? 4 : varint();
      all.emplace(field, std::string(bytes.substr(at, n)));
      at += n;
    }
  }
  return all;
}

std::string field(const std::string& bytes, int number) {
  const auto all = fields(bytes);
  const auto found = all.find(number);
  return found == all.end() ? "" : found->second;
}

std::vector<std::string> event_files(const std::filesystem::path& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

TEST_CASE("event files hold scalars with mmcv's tags", "[plugins][hook][events]") {
  const test::TempFolder folder;
  const bool wandb = GENERATE(false, true);
  LoggedHook logger(wandb ? "WandbLogger" : "TensorboardLogger",
                    wandb ? R"({"interval": 2, "init_kwargs": {"project": "mice"}})" : R"({"interval": 2})");
  HookRun run({&logger});
  run.set_work_dir(folder.path().string());
  run.averages = [](auto) { return test::Values{{"loss", 0.5}, {"acc_pose", 0.25}}; };
  run.set_length(2, 4);
  run.stage(PH_STAGE_BEFORE_RUN);
  run.train(4);
  run.metrics = {{"PCK", 0.75}};
  run.stage(PH_STAGE_AFTER_EVALUATE);
  const auto files = event_files(folder.path() / (wandb ? "wandb_tf_logs" : "tf_logs"));
  REQUIRE(files.size() == 1);
  CHECK_THAT(files[0], ContainsSubstring("events.out.tfevents."));
  const auto events = records(files[0]);
  REQUIRE(events.size() == 4);  // version, two rows, one evaluation
  CHECK(field(events[0], 3) == "brain.Event:2");
  std::vector<std::string> seen;
  for (std::size_t i = 1; i < events.size(); ++i) {
    const auto values = fields(field(events[i], 5));
    for (auto [it, end] = values.equal_range(1); it != end; ++it)
      seen.push_back(field(events[i], 2) + " " + field(it->second, 1) + " " +
                     std::to_string(number_at<float>(field(it->second, 2), 0)));
  }
  CHECK(seen == std::vector<std::string>{"2 train/loss 0.500000", "2 train/acc_pose 0.250000",
                                         "2 learning_rate 0.000500", "4 train/loss 0.500000",
                                         "4 train/acc_pose 0.250000", "4 learning_rate 0.000500",
                                         "4 val/PCK 0.750000"});
  if (wandb) {
    REQUIRE(logger.lines.size() == 2);
    CHECK_THAT(logger.lines[0], ContainsSubstring("wandb sync --sync-tensorboard -p 'mice' '"));
    CHECK_THAT(logger.lines[1], ContainsSubstring("wandb<=0.29.0"));  // 0.30 refuses the option
  }
}

TEST_CASE("a resumed run takes back what comes after its checkpoint", "[plugins][hook][events]") {
  const test::TempFolder folder;
  for (int start : {0, 3}) {
    LoggedHook logger("TensorboardLogger", R"({"interval": 1})");
    HookRun run({&logger});
    run.set_work_dir(folder.path().string());
    run.averages = [](auto) { return test::Values{{"loss", 0.5}}; };
    run.set_length(1, 5);
    run.resume(0, start);
    run.event.inner_iter = start;
    run.stage(PH_STAGE_BEFORE_RUN);
    run.train(start == 0 ? 5 : 2);
  }
  const auto files = event_files(folder.path() / "tf_logs");
  REQUIRE(files.size() == 2);
  const auto events = records(files[1]);
  REQUIRE(events.size() == 4);
  CHECK(field(events[1], 2) == "4");            // from this step on
  CHECK(field(field(events[1], 7), 1) == "1");  // SessionLog.START
  CHECK(field(events[2], 2) == "4");
}

TEST_CASE("an event file comes after those that are there, whatever the clock says",
          "[plugins][hook][events]") {
  const test::TempFolder folder;
  const auto in = folder.path() / "tf_logs";
  std::filesystem::create_directories(in);
  for (const char* name : {"events.out.tfevents.5000000000.a", "events.out.tfevents.99999999999999999999.b",
                           "events.out.tfevents.", "other"})
    std::ofstream(in / name) << "";
  LoggedHook logger("TensorboardLogger");
  HookRun run({&logger});
  run.set_work_dir(folder.path().string());
  run.set_length(1, 5);
  run.stage(PH_STAGE_BEFORE_RUN);
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(in))
    found += entry.path().filename().string().rfind("events.out.tfevents.5000000001.", 0) == 0 ? 1 : 0;
  CHECK(found == 1);
}

TEST_CASE("texts and pictures go to event files", "[plugins][hook][events]") {
  const test::TempFolder folder;
  LoggedHook logger("TensorboardLogger");
  HookRun run({&logger});
  run.set_work_dir(folder.path().string());
  run.stage(PH_STAGE_BEFORE_RUN);
  const std::uint8_t pixels[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const ph_picture picture{sizeof picture, 0, pixels, 2, 2, 3, 6};
  ph_published item{};
  item.size = sizeof item;
  item.kind = PH_PUBLISHED_PICTURE;
  item.name = ph::to_ph("samples");
  item.picture = &picture;
  logger.on_publish(run.event, item);
  item.kind = PH_PUBLISHED_TEXT;
  item.text = ph::to_ph("some words");
  logger.on_publish(run.event, item);
  const auto events = records(event_files(folder.path() / "tf_logs").at(0));
  REQUIRE(events.size() == 3);
  const auto image = field(field(field(events[1], 5), 1), 4);
  CHECK((field(image, 1) == "2" && field(image, 2) == "2" && field(image, 3) == "3"));
  CHECK(field(image, 4).substr(0, 8) == std::string("\x89PNG\r\n\x1a\n", 8));
  CHECK(field(field(field(field(events[2], 5), 1), 8), 8) == "some words");
}

TEST_CASE("event files that cannot be written cost rows, not the run", "[plugins][hook][events]") {
  const test::TempFolder folder;
  test::write_all(folder.path() / "file", "");
  LoggedHook logger("TensorboardLogger",
                    R"({"interval": 1, "log_dir": ")" + (folder.path() / "file/logs").string() + "\"}");
  HookRun run({&logger});
  run.averages = [](auto) { return test::Values{{"loss", 0.5}}; };
  run.set_length(1, 3);
  run.stage(PH_STAGE_BEFORE_RUN);
  run.train(3);
  REQUIRE(logger.warnings.size() == 1);
  CHECK_THAT(logger.warnings[0], ContainsSubstring("its rows are lost"));
}

TEST_CASE("pictures of samples show targets and predictions", "[plugins][hook][samples]") {
  const test::TempFolder folder;
  LoggedHook hook("VisualizeSamples",
                  R"({"interval": 3, "samples": 2, "mean": [0, 0, 0], "std": [1, 1, 1]})");
  HookRun run({&hook});
  run.set_work_dir(folder.path().string());
  run.set_length(1, 4);
  constexpr std::int64_t side = 64, map = 16;
  test::Viewed image{{2, 3, side, side}, std::vector<float>(2 * 3 * side * side, 0.5F)};
  test::Viewed target{{2, 1, map, map}, std::vector<float>(2 * map * map, 0.F)}, output = target;
  target.values[4 * map + 4] = 1;              // of the first sample: at 17.5, 17.5 of the input
  output.values[map * map + 8 * map + 8] = 1;  // of the second: at 33.5, 33.5
  run.views = {{"batch/img", image}, {"batch/target", target}, {"output/heatmap", output}};
  run.train(4);
  REQUIRE(run.pictures.size() == 2);  // the first iteration, the third
  const auto& picture = run.pictures[0];
  CHECK((picture.name == "samples/train" && picture.facts.width == 128 && picture.facts.height == 64));
  const auto pixel = [&](std::int64_t x, std::int64_t y) {
    const auto at = picture.pixels.begin() + (y * 128 + x) * 3;
    return std::vector<int>(at, at + 3);
  };
  CHECK(pixel(0, 0) == std::vector<int>{127, 127, 127});
  CHECK(pixel(17, 17) == std::vector<int>{127, 127, 127});  // within the ring
  CHECK(pixel(15, 17) == std::vector<int>{0, 220, 0});
  CHECK(pixel(64 + 33, 33) == std::vector<int>{255, 40, 40});
  for (const char* file : {"iter_1.png", "iter_3.png"}) {
    const auto png = test::read_all(folder.path() / "samples" / file);
    CHECK(png.substr(1, 3) == "PNG");
    CHECK(png.size() > 128 * 64 * 3);
  }
}
