// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/integrations.h"

#include "base/random.h"

namespace pons::best_practice::sandbox {
namespace {

// Without those that read alike: somebody types these from one screen into another.
constexpr std::string_view kLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
constexpr int kCodeLength = 6;

}  // namespace

bool Integrations::enabled() const {
  const std::lock_guard lock(mutex_);
  return enabled_;
}

std::string Integrations::availability() const {
  const std::lock_guard lock(mutex_);
  return availability_;
}

json::Value Integrations::Describe() const {
  const std::lock_guard lock(mutex_);
  std::int64_t holding = 0;
  for (const auto& [code, until] : codes_) holding += clock_.Now() < until ? 1 : 0;
  return json::Object{{"available", !site_id_.empty()},
                      {"site_id", site_id_},
                      {"product", kProduct},
                      {"enabled", enabled_},
                      {"availability", availability_},
                      {"codes", holding}};
}

Result<json::Value> Integrations::Change(const json::Value& body) {
  if (site_id_.empty())
    return MakeError(Fault::kNotFound, "this clinic does not stand behind Halo Connect");
  const json::Value* enabled = body.Find("enabled");
  const json::Value* availability = body.Find("availability");
  if (enabled != nullptr && enabled->boolean() == nullptr)
    return MakeError(Fault::kRejected, "enabled must be true or false");
  const std::string word(body.Text("availability"));
  if (availability != nullptr && word != "online" && word != "offline" && word != "unreachable") {
    return MakeError(Fault::kRejected, "availability must be online, offline or unreachable");
  }
  {
    const std::lock_guard lock(mutex_);
    if (enabled != nullptr) enabled_ = *enabled->boolean();
    if (!enabled_) codes_.clear();
    if (availability != nullptr) availability_ = word;
  }
  return Describe();
}

Result<json::Value> Integrations::Pair() {
  if (site_id_.empty())
    return MakeError(Fault::kNotFound, "this clinic does not stand behind Halo Connect");
  std::string code;
  for (int i = 0; i < kCodeLength; ++i) code += kLetters[SystemRandom().Below(kLetters.size())];
  const std::lock_guard lock(mutex_);
  enabled_ = true;
  const Instant until = clock_.Now() + kCodeLives;
  std::erase_if(codes_, [&](const auto& entry) { return entry.second <= clock_.Now(); });
  codes_.insert_or_assign(code, until);
  return json::Value(json::Object{
      {"site_id", site_id_}, {"pairing_code", code}, {"expires", FormatInstant(until)}});
}

bool Integrations::Redeem(std::string_view code) {
  const std::lock_guard lock(mutex_);
  const auto found = codes_.find(code);
  if (!enabled_ || found == codes_.end()) return false;
  const bool holds = clock_.Now() < found->second;
  codes_.erase(found);
  return holds;
}

}  // namespace pons::best_practice::sandbox
