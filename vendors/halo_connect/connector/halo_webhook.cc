// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/connector/halo_webhook.h"

#include "base/text.h"
#include "crypto/crypto.h"
#include "json/value.h"
#include "net/http.h"
#include "vendors/halo_connect/connector/halo_site.h"

namespace pons::halo_connect {
namespace {

// Sheet §6. Both ways: a clock that runs ahead must not open the window for good.
constexpr std::chrono::minutes kWindow{5};
// A call holds five short fields.
constexpr std::size_t kLongestBody = 16384;

Error Refused(std::string_view why) {
  return MakeError(Fault::kUnauthenticated, "Halo Connect's call: " + std::string(why));
}

}  // namespace

Result<Hook> ReadWebhook(const Access& access, const HookRequest& request) {
  const auto& secret = access.webhook_secret.Reveal();
  if (secret.empty()) {
    return MakeError(Fault::kUnsupported, "halo_connect.webhook_secret is not set");
  }
  const auto id = net::FindHeader(request.headers, "x-halo-id");
  const auto stamp = net::FindHeader(request.headers, "x-halo-timestamp");
  const auto signature = net::FindHeader(request.headers, "x-halo-signature-256");
  if (stamp.empty() || signature.empty()) return Refused("it is not signed");
  if (request.body.size() > kLongestBody) return Refused("it is too long to be one");
  const auto text = std::string(request.body) + "." + std::string(stamp);
  const auto expected = Hex(crypto::HmacSha256(secret, text));
  if (!crypto::EqualInConstantTime(expected, signature)) {
    return Refused("it is not signed with halo_connect.webhook_secret");
  }
  const auto sent = ParseInstant(stamp);
  if (!sent) return MakeError(Fault::kProtocol, "Halo Connect's call: its time cannot be read");
  if (*sent + kWindow < request.now || request.now + kWindow < *sent) {
    return Refused("its time is more than five minutes from this server's");
  }
  const auto body = json::Parse(request.body);
  const auto site = body ? AsciiLower(body->Text("siteId")) : std::string();
  const auto body_id = body ? body->Text("id") : std::string_view();
  if (!IsGuid(site) || !IsGuid(body_id)) {
    return MakeError(Fault::kProtocol, "Halo Connect's call: it names no site, or itself not");
  }
  if (!EqualsIgnoringAsciiCase(body_id, id)) return Refused("it gives itself two numbers");
  return Hook{AsciiLower(body_id), std::string(kGuidSetting), site};
}

}  // namespace pons::halo_connect
