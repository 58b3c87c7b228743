// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

namespace pons {
namespace {

Result<int> Half(int n) {
  if (n % 2 != 0) return MakeError(Fault::kRejected, "odd");
  return n / 2;
}

Result<int> Quarter(int n) {
  PONS_ASSIGN(const int half, Half(n));
  PONS_ASSIGN(const int quarter, Half(half));
  return quarter;
}

Result<void> MustBeEven(int n) {
  PONS_TRY(Half(n));
  return Ok();
}

TEST(Result, HoldsAValueOrAnError) {
  EXPECT_EQ(Half(4).value(), 2);
  const auto failed = Half(3);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().fault, Fault::kRejected);
  EXPECT_EQ(failed.error().effect, Effect::kNone);
}

TEST(Result, AssignAndTryPassTheErrorUpUnchanged) {
  EXPECT_EQ(Quarter(8).value(), 2);
  EXPECT_EQ(Quarter(6).error(), MakeError(Fault::kRejected, "odd"));
  EXPECT_TRUE(MustBeEven(2));
  EXPECT_EQ(MustBeEven(1).error().summary, "odd");
}

TEST(Result, MovesWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(5));
  const std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 5);
}

TEST(Error, ContextIsPutInFrontAndTheRestKept) {
  Error error = MakeError(Fault::kRateLimited, "too fast");
  error.vendor_code = "429";
  error.effect = Effect::kUnknown;
  error.retry_at = Instant(std::chrono::milliseconds(5));
  const auto with = WithContext(error, "pull appointments");
  EXPECT_EQ(with.summary, "pull appointments: too fast");
  EXPECT_EQ(with.vendor_code, "429");
  EXPECT_EQ(with.effect, Effect::kUnknown);
  EXPECT_EQ(with.retry_at, error.retry_at);
}

TEST(Fault, EveryFaultHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Fault::kInternal); ++i) {
    const auto name = FaultName(static_cast<Fault>(i));
    EXPECT_FALSE(name.empty());
    EXPECT_TRUE(names.insert(name).second) << name;
  }
}

TEST(ResultDeathTest, TakingTheValueOfAnErrorEndsTheProcess) {
  EXPECT_DEATH((void)Half(3).value(), "has_value");
  EXPECT_DEATH((void)Half(4).error(), "has_value");
}

}  // namespace
}  // namespace pons
