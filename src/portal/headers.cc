// SPDX-License-Identifier: Apache-2.0
#include "portal/headers.h"

#include <algorithm>

#include "base/text.h"

namespace pons::portal {

std::string ContentSecurityPolicy(std::string_view nonce, std::span<const std::string> frames) {
  std::string policy =
      "default-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
      "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
      "frame-ancestors 'none'; style-src 'self'";
  if (!nonce.empty()) ((policy += " 'nonce-") += nonce) += '\'';
  policy += "; frame-src";
  if (frames.empty()) policy += " 'none'";
  for (const auto& origin : frames) (policy += ' ') += origin;
  return policy;
}

void AddSecurityHeaders(net::Headers& headers, bool https, std::string policy) {
  headers.emplace_back("Content-Security-Policy", std::move(policy));
  headers.emplace_back("X-Content-Type-Options", "nosniff");
  headers.emplace_back("X-Frame-Options", "DENY");
  headers.emplace_back("Referrer-Policy", "same-origin");
  headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  headers.emplace_back("Permissions-Policy",
                       "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
  if (https) {
    headers.emplace_back("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
  }
}

std::string BaseAddress(std::string_view public_url, bool https, const net::Headers& headers) {
  if (!public_url.empty()) return std::string(public_url);
  const auto host = net::FindHeader(headers, "host");
  const bool plain =
      !host.empty() && host.size() <= 255 && std::all_of(host.begin(), host.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.' || c == ':' || c == '[' || c == ']';
      });
  return (https ? "https://" : "http://") +
         std::string(plain ? host : std::string_view("localhost"));
}

std::string_view CookieValue(std::string_view cookies, std::string_view name) {
  for (const auto part : Split(cookies, ';')) {
    const auto pair = Trim(part);
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return pair.substr(equals + 1);
    }
  }
  return {};
}

}  // namespace pons::portal
