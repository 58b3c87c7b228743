// SPDX-License-Identifier: Apache-2.0
#include "api/json_patch.h"

#include <gtest/gtest.h>

namespace pons::api {
namespace {

json::Value Json(std::string_view text) {
  auto value = json::Parse(text);
  EXPECT_TRUE(value) << text;
  return value ? std::move(*value) : json::Value();
}

constexpr char kDocument[] =
    R"({"status":"booked","name":[{"family":"A"},{"family":"B"}],"a/b":1})";

TEST(JsonPatch, DoesWhatTheStandardSays) {
  const std::pair<const char*, const char*> cases[] = {
      {R"([{"op":"replace","path":"/status","value":"cancelled"}])",
       R"({"status":"cancelled","name":[{"family":"A"},{"family":"B"}],"a/b":1})"},
      {R"([{"op":"add","path":"/name/1","value":7},{"op":"add","path":"/name/-","value":8}])",
       R"({"status":"booked","name":[{"family":"A"},7,{"family":"B"},8],"a/b":1})"},
      {R"([{"op":"remove","path":"/name/0/family"},{"op":"remove","path":"/a~1b"}])",
       R"({"status":"booked","name":[{},{"family":"B"}]})"},
      {R"([{"op":"move","from":"/name/0","path":"/first"},{"op":"copy","from":"/status","path":"/s"}])",
       R"({"status":"booked","name":[{"family":"B"}],"a/b":1,"first":{"family":"A"},"s":"booked"})"},
      {R"([{"op":"test","path":"/name/0","value":{"family":"A"}}])", kDocument},
      {R"([])", kDocument},
  };
  for (const auto& [patch, expected] : cases) {
    const auto done = ApplyJsonPatch(Json(kDocument), Json(patch));
    ASSERT_TRUE(done) << patch << done.error().summary;
    EXPECT_EQ(json::Write(*done), json::Write(Json(expected))) << patch;
  }
}

TEST(JsonPatch, WhatDoesNotFitIsNamedByItsPlace) {
  for (const char* operation :
       {R"({"op":"remove","path":"/gone"})", R"({"op":"replace","path":"/name/2","value":1})",
        R"({"op":"replace","path":"/name/01","value":1})",
        R"({"op":"add","path":"/name/3","value":1})",
        R"({"op":"add","path":"/status/x","value":1})",
        R"({"op":"add","path":"/gone/x","value":1})",
        R"({"op":"test","path":"/status","value":"secret"})",
        R"({"op":"move","from":"/name","path":"/name/0"})",
        R"({"op":"copy","from":"/gone","path":"/x"})", R"({"op":"remove","path":""})"}) {
    const auto done = ApplyJsonPatch(
        Json(kDocument),
        Json(R"([{"op":"add","path":"/x","value":1},)" + std::string(operation) + "]"));
    ASSERT_FALSE(done) << operation;
    EXPECT_EQ(done.error().fault, Fault::kRejected) << operation;
    EXPECT_EQ(done.error().vendor_code, "[1]") << operation;
    EXPECT_EQ(done.error().summary.find("secret"), std::string::npos);
  }
}

TEST(JsonPatch, CopiesCannotGrowARecordWithoutEnd) {
  const auto repeated = [](const std::string& operation, int times) {
    std::string patch = "[" + operation;
    for (int i = 1; i < times; ++i) patch += "," + operation;
    return Json(patch + "]");
  };
  const auto refusal = [](const Result<json::Value>& done) {
    return done ? std::string("none")
                : std::string(FaultName(done.error().fault)) + ": " + done.error().summary;
  };
  // Each doubles what is there: thirty would make a thousand million.
  const auto doubled = ApplyJsonPatch(Json(R"({"a":[[]]})"),
                                      repeated(R"({"op":"copy","from":"/a","path":"/a/-"})", 30));
  EXPECT_EQ(refusal(doubled).substr(0, 10), "rejected: ");
  EXPECT_NE(refusal(doubled).find("too large"), std::string::npos) << refusal(doubled);
  // Each puts the whole record into itself.
  const auto nested =
      ApplyJsonPatch(Json(kDocument), repeated(R"({"op":"copy","from":"","path":"/x"})", 50));
  EXPECT_NE(refusal(nested).find("too deep"), std::string::npos) << refusal(nested);
  std::string lists = "[]";
  for (int i = 0; i < 40; ++i) lists = "[" + lists + "]";
  const auto deep =
      ApplyJsonPatch(Json(kDocument), Json(R"([{"op":"add","path":"/x","value":)" + lists + "}]"));
  EXPECT_NE(refusal(deep).find("too deep"), std::string::npos) << refusal(deep);
  const auto many = ApplyJsonPatch(Json(kDocument),
                                   repeated(R"({"op":"copy","from":"/status","path":"/x"})", 200));
  EXPECT_TRUE(many) << refusal(many);
}

TEST(JsonPatch, WhatIsNoPatchIsRefusedAsSuch) {
  for (const char* patch :
       {"{}", "[7]", R"([{"op":"add","path":"status","value":1}])", R"([{"op":"add","path":"/x"}])",
        R"([{"op":"do","path":"/x"}])", R"([{"op":"move","path":"/x"}])", R"([{"op":"remove"}])",
        R"([{"op":"add","path":"/~2","value":1}])"}) {
    const auto done = ApplyJsonPatch(Json(kDocument), Json(patch));
    ASSERT_FALSE(done) << patch;
    EXPECT_EQ(done.error().fault, Fault::kProtocol) << patch;
  }
}

}  // namespace
}  // namespace pons::api
