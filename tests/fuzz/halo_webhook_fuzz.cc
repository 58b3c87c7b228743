// SPDX-License-Identifier: Apache-2.0
// Calls that claim to be Halo Connect's: what is not signed with the secret never passes, and what
// passes names a GUID. The body is tried as it came and rightly signed.
#include "base/text.h"
#include "crypto/crypto.h"
#include "fuzz.h"
#include "net/http.h"
#include "vendors/halo_connect/connector/halo_site.h"
#include "vendors/halo_connect/connector/halo_webhook.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace halo = pons::halo_connect;
  static const auto now = *pons::ParseInstant("2026-05-04T01:02:10Z");
  constexpr char kSecret[] = "a secret that no input knows";
  halo::Access access;
  access.webhook_secret = pons::Sensitive<std::string>(kSecret);
  auto rest = pons::AsText(data, size);
  const std::string id(pons::TakeLine(rest));
  const std::string stamp(pons::TakeLine(rest));
  const std::string signature(pons::TakeLine(rest));
  pons::net::Headers headers = {
      {"X-Halo-Id", id}, {"X-Halo-Timestamp", stamp}, {"X-Halo-Signature-256", signature}};
  PONS_CHECK(!halo::ReadWebhook(access, {headers, rest, now}));
  headers[2].second = pons::Hex(pons::crypto::HmacSha256(kSecret, std::string(rest) + "." + stamp));
  const auto hook = halo::ReadWebhook(access, {headers, rest, now});
  if (hook) {
    PONS_CHECK(halo::IsGuid(hook->value) && halo::IsGuid(hook->id));
    PONS_CHECK(pons::EqualsIgnoringAsciiCase(hook->id, id));
    PONS_CHECK(hook->key == halo::kGuidSetting);
  }
  return 0;
}
