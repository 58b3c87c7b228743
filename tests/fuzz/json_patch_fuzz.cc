// SPDX-License-Identifier: Apache-2.0
// JSON patches from outside, over a resource: applied whole, or an error that blames the sender. A
// patch that was applied gives the same again, and an empty one changes nothing.
#include "api/json_patch.h"
#include "fuzz.h"

namespace {

namespace json = pons::json;

const json::Value& Resource() {
  static const auto value =
      json::Parse(R"({"resourceType":"Patient","id":"p","name":[{"family":"A","given":["B","C"]}],)"
                  R"("a/b":{"~":1},"active":true})")
          .value();
  return value;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto patch = json::Parse(pons::AsText(data, size));
  if (!patch) return 0;
  const auto done = pons::api::ApplyJsonPatch(Resource(), *patch);
  if (!done) {
    PONS_CHECK(done.error().fault == pons::Fault::kProtocol ||
               done.error().fault == pons::Fault::kRejected);
    return 0;
  }
  PONS_CHECK(*done == *pons::api::ApplyJsonPatch(Resource(), *patch));
  PONS_CHECK(patch->array() != nullptr);
  if (patch->array()->empty()) PONS_CHECK(*done == Resource());
  // What comes out is JSON that can be read again.
  PONS_CHECK(json::Parse(json::Write(*done)).has_value());
  return 0;
}
