// SPDX-License-Identifier: Apache-2.0
// The "next" of a search and the assertions that apps sign in with: nothing that was not sealed by
// us opens, what opens is what was sealed, and any JWT is taken apart or refused.
#include <string>

#include "api/client_assertion.h"
#include "api/page_token.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace api = pons::api;
  static const std::string key(32, 'k');
  static pons::SeededRandom random(1);
  static const auto now = *pons::ParseInstant("2026-03-09T04:05:06Z");
  const auto text = pons::AsText(data, size);

  // Whoever made the input does not hold the key.
  PONS_CHECK(!api::OpenPageToken(text, key).has_value());
  if (const auto token = api::ReadPagePlain(text)) {
    PONS_CHECK(api::ReadPagePlain(api::WritePagePlain(*token)) == token);
    const auto opened = api::OpenPageToken(api::SealPageToken(*token, key, random), key);
    PONS_CHECK(opened.has_value() && *opened == *token);
  }

  auto rest = text;
  const auto jwt = pons::TakeLine(rest);
  if (const auto assertion = api::ReadAssertion(jwt)) {
    // `rest` stands for the key set that was registered.
    PONS_CHECK(!api::VerifyAssertion(*assertion, "app-1", "https://pons.example.org/oauth2/token",
                                     rest, now)
                    .has_value());
  } else {
    PONS_CHECK(assertion.error().fault == pons::Fault::kRejected);
  }
  return 0;
}
