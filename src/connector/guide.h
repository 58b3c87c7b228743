// SPDX-License-Identifier: Apache-2.0
// What a person is told who connects a practice of this vendor: what to have at hand, where to
// click in the vendor's own program, and what its refusals mean. Beside each vendor's connector,
// as constants. Words for a practice manager; facts only where they are documented.
#pragma once

#include <span>
#include <string_view>

namespace pons {

struct GuideStep {
  std::string_view title;  // "Find the server's name"
  std::string_view text;
  std::string_view where = {};  // "Setup > Configuration > Database"; empty: nowhere to click
  std::string_view way = {};    // only for this way of connecting; empty: for all
};

// One of several ways to reach the same vendor: a value of one setting, chosen first.
struct GuideWay {
  std::string_view value;                         // "relay"
  std::string_view label;                         // "Through the relay"
  std::string_view text;                          // when it is the right one, in a sentence
  std::span<const std::string_view> before = {};  // what to have at hand, beside Guide::before
};

// How a form asks for a setting of the descriptor.
struct SettingWords {
  std::string_view key;
  std::string_view label;         // "Database browser password"
  std::string_view choices = {};  // separated by blanks; empty: anything
  bool usual = false;             // shown at once; others behind "more settings"
  std::string_view way = {};      // only for this way of connecting; empty: for all
};

struct Guide {
  std::string_view standing;  // as in the vendor's manifest: draft | usable | reference | …
  std::span<const std::string_view> before;  // what to have at hand
  std::span<const GuideStep> steps;
  std::span<const SettingWords> settings;
  // The next step where the vendor refuses the credentials: "It is the *Database browser*
  // password …, not your own."
  std::string_view refused;
  // The vendor's own words, in lower case, where they are not practitioner and appointment type.
  std::string_view practitioner = {};
  std::string_view appointment_type = {};
  // The setting that chooses the way, and its choices, the usual one first; none: there is one way.
  std::string_view way_setting = {};
  std::span<const GuideWay> ways = {};
  // Stands in for a practice, for trying things out: offered to people in development alone.
  bool made_up = false;
};

}  // namespace pons
