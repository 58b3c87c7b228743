// SPDX-License-Identifier: Apache-2.0
// Queries, forms, addresses and URLs from outside. What is read is written back to mean the same,
// and a URL that the policy allows never names an address that the policy refuses.
#include "net/url.h"

#include "base/text.h"
#include "fuzz.h"
#include "net/address_policy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace net = pons::net;
  const auto text = pons::AsText(data, size);

  if (const auto decoded = net::PercentDecode(text)) {
    PONS_CHECK(pons::IsValidUtf8(*decoded));
    PONS_CHECK(net::PercentDecode(net::PercentEncode(*decoded)) == *decoded);
  }
  if (const auto fields = net::ParseForm(text)) {
    const auto again = net::ParseForm(net::WriteForm(*fields));
    PONS_CHECK(again.has_value() && *again == *fields);
  }

  (void)net::ParseIpAddress(text);
  const auto parts = net::ParseUrl(text);
  PONS_CHECK(parts.has_value() || parts.error().fault == pons::Fault::kMisconfigured);
  if (parts) {
    PONS_CHECK(parts->scheme == "http" || parts->scheme == "https");
    PONS_CHECK(!parts->host.empty() && parts->port != 0);
    PONS_CHECK(parts->target.starts_with('/'));
    PONS_CHECK(net::ParseIpAddress(parts->host).has_value() == parts->host_is_address);
  }
  const auto checked = net::CheckUrl(text, net::AddressPolicy::kPublicOnly);
  if (checked) {
    PONS_CHECK(parts.has_value() && checked->scheme == "https");
    if (const auto address = net::ParseIpAddress(checked->host)) {
      PONS_CHECK(net::IsAllowed(net::AddressPolicy::kPublicOnly, *address));
    }
  }
  return 0;
}
