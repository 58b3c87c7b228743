// SPDX-License-Identifier: Apache-2.0
// Versions: Best Practice counts none, so a record's version is a hash of what it was mapped to.
#include <cstdio>

#include "vendors/best_practice/connector/best_practice_hash.h"
#include "vendors/best_practice/connector/best_practice_map.h"

namespace pons::best_practice {
namespace {

using model::VendorRef;

class Hash {
 public:
  void Add(std::string_view text) { hash_.Add(text); }
  void Add(std::int64_t number) { hash_.Add(static_cast<std::uint64_t>(number)); }
  void Add(bool value) { Add(std::int64_t{value ? 2 : 1}); }
  void Add(const VendorRef& ref) { Add(std::string_view(ref.id)); }
  void Add(const std::optional<Date>& date) {
    Add(date ? static_cast<std::int64_t>(std::chrono::sys_days(*date).time_since_epoch().count())
             : std::int64_t{-1'000'000});
  }
  void Add(Instant instant) { Add(ToMillis(instant)); }
  void Add(const model::Coding& coding) {
    Add(std::string_view(coding.system));
    Add(std::string_view(coding.code));
    Add(std::string_view(coding.display));
  }
  void Add(const model::Identifier& i) {
    for (const auto* text :
         {&i.system, &i.value, &i.type_system, &i.type_code, &i.use, &i.period_end, &i.assigner}) {
      Add(*text);
    }
  }
  void Add(const model::HumanName& n) {
    for (const auto* text : {&n.use, &n.prefix, &n.given, &n.middle, &n.family}) Add(*text);
  }
  void Add(const model::ContactPoint& c) {
    Add(std::string_view(c.system));
    Add(std::string_view(c.value));
    Add(std::string_view(c.use));
  }
  void Add(const model::Address& a) {
    Add(std::string_view(a.use));
    Add(std::string_view(a.type));
    AddAll(a.line);
    for (const auto* text : {&a.city, &a.state, &a.postal_code, &a.country}) Add(*text);
  }
  void Add(const std::string& text) { Add(std::string_view(text)); }
  template <typename T>
  void AddAll(const std::vector<T>& all) {
    for (const auto& one : all) Add(one);
    Add(static_cast<std::int64_t>(all.size()));
  }

  std::string text() const {
    char out[20];
    const int length =
        std::snprintf(out, sizeof out, "%016llx", static_cast<unsigned long long>(hash_.value()));
    return std::string(out, static_cast<std::size_t>(length));
  }

 private:
  Hash64 hash_;
};

void Fold(Hash& h, const model::Patient& p) {
  h.AddAll(p.identifiers);
  h.Add(p.active);
  h.AddAll(p.names);
  h.AddAll(p.telecoms);
  h.Add(static_cast<std::int64_t>(p.gender));
  h.Add(p.birth_date);
  h.Add(p.deceased_date);
  h.Add(p.deceased);
  h.AddAll(p.addresses);
  h.Add(p.ethnicity);
  h.Add(p.indigenous_status);
  h.Add(p.general_practitioner);
}

void Fold(Hash& h, const model::Practitioner& p) {
  h.AddAll(p.identifiers);
  h.Add(p.active);
  h.Add(p.name);
  h.AddAll(p.telecoms);
}

void Fold(Hash& h, const model::PractitionerRole& r) {
  h.AddAll(r.identifiers);
  h.Add(r.active);
  h.Add(r.practitioner);
  h.Add(r.location);
  h.Add(r.practitioner_display);
  h.Add(r.location_display);
  h.Add(r.role);
}

void Fold(Hash& h, const model::Location& l) {
  h.AddAll(l.identifiers);
  h.Add(l.active);
  h.Add(l.name);
  h.AddAll(l.telecoms);
  h.Add(l.address);
}

void Fold(Hash& h, const model::HealthcareService& s) {
  h.Add(s.active);
  h.Add(s.name);
  h.Add(static_cast<std::int64_t>(s.usual_length.count()));
}

void Fold(Hash& h, const model::Appointment& a) {
  h.Add(static_cast<std::int64_t>(a.status));
  h.Add(a.vendor_status);
  h.Add(a.patient);
  h.Add(a.practitioner);
  h.Add(a.location);
  h.Add(a.service);
  h.Add(a.service_display);
  h.Add(a.start);
  h.Add(a.end);
  h.Add(a.description);
}

void Fold(Hash& h, const model::Encounter& e) {
  h.Add(static_cast<std::int64_t>(e.status));
  h.Add(e.visit_type);
  h.Add(e.patient);
  h.Add(e.practitioner);
  h.Add(e.location);
  h.Add(e.appointment);
  h.Add(e.service);
  h.Add(e.start);
  h.Add(e.end.has_value());
  if (e.end) h.Add(*e.end);
}

void Fold(Hash& h, const model::Condition& c) {
  h.Add(c.patient);
  h.Add(c.code);
  h.Add(c.resolved);
  h.Add(c.onset);
  h.Add(c.note);
}

}  // namespace

std::string VersionOf(const model::Record& record) {
  Hash hash;
  std::visit([&](const auto& one) { Fold(hash, one); }, record);
  return hash.text();
}

}  // namespace pons::best_practice
