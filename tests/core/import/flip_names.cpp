#include "import/flip_names.hpp"

#include "support/catch.hpp"

using Pairs = std::vector<std::pair<int, int>>;

TEST_CASE("Flip pairs are guessed from names", "[import][flip]") {
  const auto [left, right] = GENERATE(table<std::string, std::string>({{"leftear", "rightear"},
                                                                       {"left_eye", "right_eye"},
                                                                       {"hand_LEFT", "hand_RIGHT"},
                                                                       {"frontLeftPaw", "frontRightPaw"},
                                                                       {"l_ear", "r_ear"},
                                                                       {"R_knee", "L_knee"},
                                                                       {"ear-l", "ear-r"},
                                                                       {"ear.R", "ear.L"},
                                                                       {"paw_L_front", "paw_R_front"},
                                                                       {"lEar", "rEar"},
                                                                       {"LEar", "REar"},
                                                                       {"earL", "earR"},
                                                                       {"hip L", "hip R"},
                                                                       {"左耳", "右耳"}}));
  CAPTURE(left, right);
  const auto guess = ph::guess_flip_pairs({"nose", left, "tail", right});
  CHECK(guess.pairs == Pairs{{1, 3}});
  CHECK(guess.single.empty());
}

TEST_CASE("Names without a side make no pairs", "[import][flip]") {
  const auto guess = ph::guess_flip_pairs({"nose", "tail", "Lid", "ankle", "rear", "belly", "Rump"});
  CHECK(guess.pairs.empty());
  CHECK(guess.single.empty());
}

TEST_CASE("A side without a partner is told", "[import][flip]") {
  const auto guess = ph::guess_flip_pairs({"left_ear", "right_ear", "left_paw", "paw1LH", "paw4RH"});
  CHECK(guess.pairs == Pairs{{0, 1}});
  CHECK(guess.single == std::vector<std::string>{"left_paw", "paw1LH", "paw4RH"});
}
