// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/conformance/broken/faults.h"

namespace pons::conformance::broken {
namespace {

using Inner = std::function<Result<ClinicalAnswer>(const ClinicalQuery&)>;
using Twist = std::function<Result<ClinicalAnswer>(const ClinicalQuery&, const Inner&)>;

class TwistedReader final : public WrappedSession {
 public:
  TwistedReader(std::unique_ptr<Session> inner, const SessionContext& context, Twist twist)
      : WrappedSession(std::move(inner), context), twist_(std::move(twist)) {}
  Result<ClinicalAnswer> ReadClinical(const ClinicalQuery& query) override {
    return twist_(query,
                  [this](const ClinicalQuery& one) { return WrappedSession::ReadClinical(one); });
  }

 private:
  Twist twist_;
};

class NoReader final : public WrappedSession {
 public:
  using WrappedSession::WrappedSession;
  ClinicalReader* clinical() override { return nullptr; }
};

class InventsDocuments final : public WrappedSession {
 public:
  using WrappedSession::WrappedSession;
  Result<ClinicalContent> ReadContent(std::string_view, std::string_view, Instant) override {
    return ClinicalContent{"text/plain", ""};
  }
};

template <typename Broken>
Breakage With() {
  Breakage breakage;
  breakage.session = [](std::unique_ptr<Session> inner, const Settings&,
                        const SessionContext& context) -> std::unique_ptr<Session> {
    return std::make_unique<Broken>(std::move(inner), context);
  };
  return breakage;
}

Breakage Twisted(Twist twist) {
  Breakage breakage;
  breakage.session = [twist](std::unique_ptr<Session> inner, const Settings&,
                             const SessionContext& context) -> std::unique_ptr<Session> {
    return std::make_unique<TwistedReader>(std::move(inner), context, twist);
  };
  return breakage;
}

// The first patient's answer, for whoever is asked about.
Result<ClinicalAnswer> SomebodyElses(std::shared_ptr<std::optional<ClinicalAnswer>> first,
                                     const ClinicalQuery& query, const Inner& read) {
  auto answer = read(query);
  if (!answer) return answer;
  if (!*first && !answer->items.empty()) *first = *answer;
  return *first ? **first : *answer;
}

Result<ClinicalAnswer> NobodyHasNothing(const ClinicalQuery& query, const Inner& read) {
  auto answer = read(query);
  if (!answer && answer.error().fault == pons::Fault::kNotFound) return ClinicalAnswer{};
  return answer;
}

Result<ClinicalAnswer> Silent(const ClinicalQuery& query, const Inner& read) {
  auto answer = read(query);
  if (answer) answer->unreadable.clear();
  return answer;
}

Result<ClinicalAnswer> StopAtABadRow(const ClinicalQuery& query, const Inner& read) {
  auto answer = read(query);
  if (answer && !answer->unreadable.empty()) answer->items.clear();
  return answer;
}

// Ids are places in the list, the newest first.
Result<ClinicalAnswer> NumberedByPlace(const ClinicalQuery& query, const Inner& read) {
  auto answer = read(query);
  if (!answer) return answer;
  for (std::size_t i = 0; i < answer->items.size(); ++i) {
    answer->items[i].id = std::to_string(answer->items.size() * 100 + i);
  }
  return answer;
}

Result<ClinicalAnswer> AllOneId(const ClinicalQuery& query, const Inner& read) {
  auto answer = read(query);
  if (answer) {
    for (auto& item : answer->items) item.id = "1";
  }
  return answer;
}

}  // namespace

std::vector<Fault> ClinicalFaults() {
  return {
      {"lacks the clinical reader it declares", {"D3"}, [] { return With<NoReader>(); }},
      {"gives another patients clinical data",
       {"C2"},
       [] {
         auto first = std::make_shared<std::optional<ClinicalAnswer>>();
         return Twisted([first](const ClinicalQuery& query, const Inner& read) {
           return SomebodyElses(first, query, read);
         });
       }},
      {"takes nobody for somebody with nothing", {"C2"}, [] { return Twisted(NobodyHasNothing); }},
      {"loses unreadable clinical rows in silence", {"C3"}, [] { return Twisted(Silent); }},
      {"gives up a clinical list for one bad row", {"C3"}, [] { return Twisted(StopAtABadRow); }},
      {"numbers clinical items by their place", {"C1"}, [] { return Twisted(NumberedByPlace); }},
      {"gives all clinical items one id", {"C1"}, [] { return Twisted(AllOneId); }},
      {"invents documents", {"C4"}, [] { return With<InventsDocuments>(); }},
  };
}

}  // namespace pons::conformance::broken
