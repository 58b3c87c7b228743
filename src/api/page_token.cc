// SPDX-License-Identifier: Apache-2.0
#include "api/page_token.h"

#include <charconv>

#include "crypto/crypto.h"

namespace pons::api {
namespace {

template <typename N>
std::optional<N> Number(const std::string* text) {
  if (text == nullptr) return std::nullopt;
  N n{};
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), n);
  if (text->empty() || error != std::errc() || end != text->data() + text->size()) {
    return std::nullopt;
  }
  return n;
}

}  // namespace

std::string WritePagePlain(const PageToken& token) {
  return net::WriteForm({{"type", std::string(model::ResourceTypeOf(token.stream))},
                         {"app", std::to_string(token.app)},
                         {"value", token.after.value},
                         {"row", std::to_string(token.after.row)},
                         {"search", net::WriteForm(token.search)}});
}

std::optional<PageToken> ReadPagePlain(std::string_view text) {
  const auto fields = net::ParseForm(text);
  if (!fields) return std::nullopt;
  const std::string* type = net::FindField(*fields, "type");
  const std::string* value = net::FindField(*fields, "value");
  const std::string* search = net::FindField(*fields, "search");
  const auto app = Number<store::AppKey>(net::FindField(*fields, "app"));
  const auto row = Number<std::int64_t>(net::FindField(*fields, "row"));
  if (type == nullptr || value == nullptr || search == nullptr || !app || !row) return std::nullopt;
  const auto stream = model::StreamOfResourceType(*type);
  auto parameters = net::ParseForm(*search);
  if (!stream || !parameters) return std::nullopt;
  PageToken token;
  token.stream = *stream;
  token.app = *app;
  token.after = {*value, *row};
  token.search = std::move(*parameters);
  return token;
}

std::string SealPageToken(const PageToken& token, std::string_view key, Random& random) {
  return crypto::Base64Url(crypto::Seal(key, WritePagePlain(token), random));
}

Result<PageToken> OpenPageToken(std::string_view text, std::string_view key) {
  const Error bad =
      MakeError(Fault::kMisconfigured,
                "The page is not known: follow the \"next\" link of a search as it is, "
                "or search again.");
  const auto sealed = crypto::FromBase64Url(text);
  if (!sealed) return bad;
  const auto plain = crypto::Unseal(key, *sealed);
  if (!plain) return bad;
  auto token = ReadPagePlain(*plain);
  if (!token) return bad;
  return std::move(*token);
}

}  // namespace pons::api
