// SPDX-License-Identifier: Apache-2.0
// Who has a worker, and when it is made anew: on a real store and the reference vendor.
#include "sync/engine.h"

#include "sync/practice_fixture.h"

namespace pons::sync {
namespace {

class Engine : public PracticeFixture {
 protected:
  void Save() {
    ASSERT_TRUE(store_->Write([&](store::Transaction& tx) {
      tx.Update(connection_);
      return Ok();
    }));
  }
  std::int64_t SignIns() {
    const auto journal = practice_->Journal();
    return std::count_if(journal.begin(), journal.end(), [](const memory::JournalEntry& entry) {
      return entry.operation == memory::Operation::kSignIn;
    });
  }
};

TEST_F(Engine, ARefusedPasswordIsTriedAgainOnceItIsGivenAgain) {
  connection_.secrets_json = Sensitive<std::string>(R"({"password":"wrong"})");
  Save();
  Settle();
  EXPECT_EQ(Health().state, store::ReadState::kAttention);
  const auto tried = SignIns();
  EXPECT_GE(tried, 1);
  Settle(std::chrono::hours(2));
  EXPECT_EQ(SignIns(), tried) << "a refused password is not tried by itself: that locks accounts";
  connection_.name = "Another name";
  Save();
  Settle();
  EXPECT_EQ(SignIns(), tried) << "a name is no reason to";
  ++connection_.settings_revision;
  Save();
  Settle();
  EXPECT_EQ(SignIns(), tried + 1) << "the same password was given again";
  EXPECT_EQ(Health().state, store::ReadState::kAttention);
}

TEST_F(Engine, APausedConnectionIsLeftAloneAndComesBack) {
  Settle();
  EXPECT_EQ(Health().state, store::ReadState::kActive);
  connection_.paused = true;
  Save();
  Settle();
  EXPECT_TRUE(engine_->health().empty());
  practice_->ClearJournal();
  engine_->Nudge(connection_.key);
  Settle(std::chrono::hours(1));
  EXPECT_TRUE(practice_->Journal().empty());
  connection_.paused = false;
  Save();
  Settle();
  EXPECT_EQ(Health().state, store::ReadState::kActive);
  EXPECT_FALSE(practice_->Journal().empty());
}

TEST_F(Engine, ANudgeIsLookedAtAtOnce) {
  Settle();
  Settle(milliseconds(1));
  practice_->ClearJournal();
  Settle(milliseconds(1));
  ASSERT_TRUE(practice_->Journal().empty()) << "nothing is due by itself at this moment";
  engine_->Nudge(connection_.key);
  Settle(milliseconds(1));
  EXPECT_FALSE(practice_->Journal().empty());
}

}  // namespace
}  // namespace pons::sync
