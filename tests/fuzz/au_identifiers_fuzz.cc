// SPDX-License-Identifier: Apache-2.0
// Identifiers as practices hold them, which is any text: a check of an already normalised value
// says the same again, and what is served has the characters that its kind allows and no others.
#include <algorithm>
#include <cctype>

#include "fuzz.h"
#include "model/au_identifiers.h"

namespace {

namespace au = pons::model::au;
using pons::model::Identifier;

bool IsPlain(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == ' '; }

void Served(const std::optional<Identifier>& identifier, const au::Checked& checked) {
  const bool wanted =
      checked.state == au::State::kValid || checked.state == au::State::kCheckFailed;
  PONS_CHECK(identifier.has_value() == wanted);
  if (!identifier) return;
  PONS_CHECK(!identifier->value.empty() && identifier->value.size() <= 16);
  PONS_CHECK(std::all_of(identifier->value.begin(), identifier->value.end(), IsPlain));
  PONS_CHECK(!identifier->system.empty());
  if (au::MayMatchPeople(*identifier)) {
    PONS_CHECK(checked.state == au::State::kValid);
    PONS_CHECK(!au::MatchKey(*identifier).empty());
  }
}

template <typename Check>
au::Checked Twice(std::string_view text, Check check) {
  const au::Checked checked = check(text);
  if (checked.state == au::State::kValid) PONS_CHECK(check(checked.value).state == checked.state);
  return checked;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = pons::AsText(data, size);
  const auto text = pons::TakeLine(rest);
  const auto second = pons::TakeLine(rest);
  const auto ihi = Twice(text, au::CheckIhi);
  const auto hpii = Twice(text, au::CheckHpii);
  const auto hpio = Twice(text, au::CheckHpio);
  const auto medicare = Twice(text, [](std::string_view t) { return au::CheckMedicare(t); });
  const auto with_irn = au::CheckMedicare(text, second);
  const auto dva = Twice(text, au::CheckDva);
  const auto provider = Twice(text, au::CheckProviderNumber);
  const auto prescriber = Twice(text, au::CheckPrescriberNumber);
  const auto ahpra = Twice(text, au::CheckAhpra);
  Served(au::Ihi(ihi), ihi);
  Served(au::Hpii(hpii), hpii);
  Served(au::Hpio(hpio), hpio);
  const auto expiry = au::MonthOfExpiry(second);
  PONS_CHECK(expiry.empty() || expiry.size() == 7);
  Served(au::Medicare(medicare, expiry), medicare);
  Served(au::Medicare(with_irn, expiry), with_irn);
  Served(au::Dva(dva, "DVG"), dva);
  Served(au::ProviderNumber(provider), provider);
  Served(au::PrescriberNumber(prescriber), prescriber);
  Served(au::Ahpra(ahpra), ahpra);
  return 0;
}
