// SPDX-License-Identifier: Apache-2.0
// Ids that cannot be swapped by accident. All are opaque text of FHIR's id alphabet
// ([A-Za-z0-9.-], at most 64), made by NewId (base/random.h).
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace pons {

template <typename Tag>
struct StrongId {
  std::string value;

  StrongId() = default;
  explicit StrongId(std::string text) : value(std::move(text)) {}
  bool empty() const { return value.empty(); }
  auto operator<=>(const StrongId&) const = default;
};

using OrganizationId = StrongId<struct OrganizationTag>;
using ConnectionId = StrongId<struct ConnectionTag>;
using AppId = StrongId<struct AppTag>;
using GrantId = StrongId<struct GrantTag>;
using WebhookId = StrongId<struct WebhookTag>;
using ResourceId = StrongId<struct ResourceTag>;  // FHIR logical id of a stored record

}  // namespace pons

template <typename Tag>
struct std::hash<pons::StrongId<Tag>> {
  std::size_t operator()(const pons::StrongId<Tag>& id) const noexcept {
    return std::hash<std::string>()(id.value);
  }
};
