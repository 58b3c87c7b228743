// SPDX-License-Identifier: Apache-2.0
// What an operator and an organization's admin set up: organizations, connections, apps, grants,
// webhooks. Plain values as stored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/sensitive.h"
#include "base/time.h"
#include "model/records.h"
#include "store/keys.h"

namespace pons::store {

struct Organization {
  OrganizationId id;
  std::string name;
  Instant created{};
};

// How a connection's reading stands, as a page shows it.
enum class ReadState : std::uint8_t {
  kNew,        // nothing read yet
  kActive,     // last pull was well
  kAttention,  // a person must act: `cause` says what
  kRetrying,   // not reachable at the moment; backs off by itself
  kPaused,     // switched off by its owner
};
std::string_view ReadStateName(ReadState state);  // "active"

struct Connection {
  ConnectionKey key = 0;
  ConnectionId id;
  OrganizationId organization;
  std::string name;
  std::string vendor;
  std::string time_zone;
  std::string settings_json;            // plain settings: {"server":"…"}
  Sensitive<std::string> secrets_json;  // secret settings; sealed at rest
  // To be raised when settings are given, even the same ones: whoever uses them signs in anew.
  std::int64_t settings_revision = 0;
  bool paused = false;
  Instant created{};
};

struct ConnectionHealth {
  ReadState state = ReadState::kNew;
  std::string fault;  // FaultName of the last error; empty: none
  std::string cause;  // for a person, with the next step
  Instant since{};    // when `state` began
  std::optional<Instant> last_success;
  std::optional<std::chrono::milliseconds> clock_ahead;
  std::string practice_name;
  std::string vendor_version;
};

// How writing to a connection stands. Reading and writing have sessions, and troubles, of their
// own.
struct WriteHealth {
  ReadState state = ReadState::kNew;
  std::string fault;
  std::string cause;  // for a person, with the next step
  Instant since{};
};

struct App {
  AppKey key = 0;
  AppId id;  // the OAuth client_id
  std::string name;
  std::string secret_hash;  // Argon2id
  std::string jwks_json;    // public keys for private_key_jwt; empty: none
  bool disabled = false;
  Instant created{};
};

// A place that an app works at, as it names it to those who map a practice's locations to its own.
struct AppLocation {
  std::string id;
  std::string name;
  bool operator==(const AppLocation&) const = default;
};

// When a patient becomes visible to the app.
enum class GrantMode : std::uint8_t { kOnVisit, kAll };

// Which practitioners or appointment types a grant lets through.
enum class FilterKind : std::uint8_t {
  kAllIncludingNew,  // everyone, and whoever comes
  kThese,            // those listed, nobody else ("all of today's list" is this with all listed)
};

struct Filter {
  FilterKind kind = FilterKind::kAllIncludingNew;
  std::vector<std::string> vendor_ids;  // for kThese
  bool operator==(const Filter&) const = default;
};

// One location of the practice, and the app's own location that it stands for.
struct LocationMapping {
  std::string vendor_id;
  std::string app_location;
  bool operator==(const LocationMapping&) const = default;
};

struct Switches {
  bool patients_in = true;  // PMS to app
  bool reports_out = false;
  bool patients_out = false;
  bool publish_availability = false;
  bool take_bookings = false;
  bool read_clinical_data = false;  // past history that the app asked for: cancer history
  bool referrals = false;
  bool operator==(const Switches&) const = default;
};

// What one app may see and do at one connection. Filters are joined by AND; a location that is not
// mapped is not shared.
struct Grant {
  GrantKey key = 0;
  GrantId id;
  OrganizationId organization;
  ConnectionKey connection = 0;
  AppKey app = 0;
  GrantMode mode = GrantMode::kOnVisit;
  Switches switches;
  // Locations: mapped ones only, unless every location, new ones included, goes to one app
  // location.
  std::vector<LocationMapping> locations;
  std::optional<std::string> all_locations_to;
  Filter practitioners;
  Filter appointment_types;
  bool revoked = false;
  Instant created{};
};

enum class WebhookState : std::uint8_t { kActive, kDisabled, kDeleted };

struct Webhook {
  WebhookKey key = 0;
  WebhookId id;
  AppKey app = 0;
  std::string url;
  Sensitive<std::string> secret;    // "whsec_…"; sealed at rest
  std::vector<std::string> events;  // "encounter.created"; empty: all
  WebhookState state = WebhookState::kActive;
  std::string cause;  // why it was disabled
  Instant created{};
  // The secret before this one, while messages are signed with both; sealed at rest.
  Sensitive<std::string> previous_secret = {};
  std::optional<Instant> previous_until = {};
};

}  // namespace pons::store
