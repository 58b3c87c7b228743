// SPDX-License-Identifier: Apache-2.0
// Every comparison below asks "does anything of a agree with anything of b", which is the same in
// both directions; that is what makes Compare symmetric.
//
// Names, birth dates and identifiers decide the grade. Sex and death never speak for anybody, they
// only keep two records from being taken for one without a look. Phone and e-mail are shared within
// families: they count only where names agree already.
#include "model/patient_match.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "base/text.h"
#include "model/au_identifiers.h"

namespace pons::model {
namespace {

using Words = std::vector<std::string>;

enum class Likeness : std::uint8_t { kUnknown, kDifferent, kLike, kSame };

// Marks between the parts of a name that are typed in many ways: typographic quotes, hyphens,
// no-break blanks. All are three bytes long but the no-break blank and the soft hyphen.
std::size_t TypographicMark(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t n) {
    return at + n < text.size() ? static_cast<unsigned char>(text[at + n]) : 0u;
  };
  if (byte(0) == 0xC2 && (byte(1) == 0xA0 || byte(1) == 0xAD || byte(1) == 0xB4)) return 2;
  if (byte(0) == 0xCA && byte(1) >= 0xB9 && byte(1) <= 0xBF) return 2;  // ʹ … ʿ
  if (byte(0) == 0xE2 && byte(1) == 0x80 && byte(2) <= 0xAF) return 3;  // ‐ – ’ ” and blanks
  if (byte(0) == 0xEF && byte(1) == 0xBC && byte(2) == 0x8D) return 3;  // full-width hyphen
  if (byte(0) == 0xE3 && byte(1) == 0x80 && byte(2) == 0x80) return 3;  // ideographic blank
  return 0;
}

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

// "O'Brien-Smith" to {"o", "brien", "smith"}: what stands between blanks and marks, folded.
Words Parts(std::string_view name) {
  const std::string folded = FoldForSearch(name);
  Words parts;
  std::string part;
  for (std::size_t at = 0; at < folded.size();) {
    const std::size_t mark = TypographicMark(folded, at);
    if (mark == 0 && IsWordByte(folded[at])) {
      part += folded[at];
    } else if (!part.empty()) {
      parts.push_back(std::move(part));
      part.clear();
    }
    at += mark == 0 ? 1 : mark;
  }
  if (!part.empty()) parts.push_back(std::move(part));
  return parts;
}

std::string Joined(const Words& parts, std::size_t from = 0) {
  std::string out;
  for (std::size_t i = from; i < parts.size(); ++i) out += parts[i];
  return out;
}

bool Share(const Words& a, const Words& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& word) {
    return std::find(b.begin(), b.end(), word) != b.end();
  });
}

void AddOnce(Words& words, std::string word) {
  if (!word.empty() && std::find(words.begin(), words.end(), word) == words.end()) {
    words.push_back(std::move(word));
  }
}

std::u32string CodePoints(std::string_view text) {
  std::u32string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0u) == 0x80u && !out.empty()) {
      out.back() = (out.back() << 6) | (byte & 0x3Fu);
    } else {
      out.push_back(byte);
    }
  }
  return out;
}

// One letter typed wrong, left out, added, or two neighbours swapped. Short names are too near to
// one another for that to mean anything.
bool OneSlip(std::string_view a_text, std::string_view b_text) {
  std::u32string a = CodePoints(a_text);
  std::u32string b = CodePoints(b_text);
  if (a.size() > b.size()) std::swap(a, b);
  constexpr std::size_t kShortest = 4;
  if (a.size() < kShortest || b.size() - a.size() > 1) return false;
  std::size_t from = 0;
  while (from < a.size() && a[from] == b[from]) ++from;
  const std::u32string_view x(a);
  const std::u32string_view y(b);
  if (a.size() < b.size()) return x.substr(from) == y.substr(from + 1);
  if (from == a.size()) return true;
  if (x.substr(from + 1) == y.substr(from + 1)) return true;
  return from + 1 < a.size() && a[from] == b[from + 1] && a[from + 1] == b[from] &&
         x.substr(from + 2) == y.substr(from + 2);
}

bool AnySlip(const Words& a, const Words& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& x) {
    return std::any_of(b.begin(), b.end(), [&](const std::string& y) { return OneSlip(x, y); });
  });
}

// An initial, or a short form: "A" and "Alex" of "Alexander".
bool Begins(const std::string& a, const std::string& b) {
  const auto& shorter = a.size() < b.size() ? a : b;
  const auto& longer = a.size() < b.size() ? b : a;
  return !shorter.empty() && longer.compare(0, shorter.size(), shorter) == 0;
}

bool AnyBegins(const Words& a, const Words& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& x) {
    return std::any_of(b.begin(), b.end(), [&](const std::string& y) { return Begins(x, y); });
  });
}

// ---- names --------------------------------------------------------------------------------------

// One person's names, ready to compare.
struct Names {
  Words families;      // in use now, each joined
  Words former;        // maiden and old ones
  Words family_parts;  // of names with several parts; a part of two letters tells nothing
  Words givens;        // whole, first, preferred
  Words further;       // what follows the first given name, joined
};

Names NamesOf(const Patient& patient) {
  Names out;
  for (const auto& name : patient.names) {
    const bool old = name.use == "maiden" || name.use == "old";
    const Words family = Parts(name.family);
    AddOnce(old ? out.former : out.families, Joined(family));
    for (const auto& part : family) {
      if (part.size() > 2) AddOnce(out.family_parts, part);
    }
    Words given = Parts(name.given);
    for (auto& part : Parts(name.middle)) given.push_back(std::move(part));
    if (given.empty()) continue;
    AddOnce(out.givens, Joined(Parts(name.given)));
    AddOnce(out.givens, Joined(given));
    AddOnce(out.givens, given.front());
    AddOnce(out.further, Joined(given, 1));
  }
  return out;
}

enum class FamilyLikeness : std::uint8_t { kUnknown, kDifferent, kLike, kFormer, kSame };

FamilyLikeness CompareFamilies(const Names& a, const Names& b) {
  if (a.families.empty() || b.families.empty()) {
    const bool former = Share(a.former, b.families) || Share(a.families, b.former);
    return former ? FamilyLikeness::kFormer : FamilyLikeness::kUnknown;
  }
  if (Share(a.families, b.families)) return FamilyLikeness::kSame;
  if (Share(a.families, b.former) || Share(a.former, b.families) || Share(a.former, b.former)) {
    return FamilyLikeness::kFormer;
  }
  // "Smith-Jones" and "Jones"; "Jonson" and "Johnson".
  if (Share(a.family_parts, b.family_parts) || AnySlip(a.families, b.families)) {
    return FamilyLikeness::kLike;
  }
  return FamilyLikeness::kDifferent;
}

Likeness CompareGivens(const Names& a, const Names& b) {
  if (a.givens.empty() || b.givens.empty()) return Likeness::kUnknown;
  if (Share(a.givens, b.givens)) {
    // Brothers may share a first name ("Mohammed Ali", "Mohammed Hassan"): second names that both
    // have and that disagree keep this from being the same.
    const bool disagree =
        !a.further.empty() && !b.further.empty() && !AnyBegins(a.further, b.further);
    return disagree ? Likeness::kLike : Likeness::kSame;
  }
  if (AnyBegins(a.givens, b.givens) || AnySlip(a.givens, b.givens)) return Likeness::kLike;
  return Likeness::kDifferent;
}

// Family name typed where the given one belongs.
bool Swapped(const Names& a, const Names& b) {
  return Share(a.families, b.givens) && Share(a.givens, b.families);
}

// ---- birth dates --------------------------------------------------------------------------------

bool OneDigitApart(const std::string& a, const std::string& b) {
  std::size_t differ = 0;
  std::size_t first = 0;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (a[i] == b[i]) continue;
    if (differ++ == 0) first = i;
  }
  if (differ <= 1) return true;
  return differ == 2 && first + 1 < a.size() && a[first] == b[first + 1] &&
         a[first + 1] == b[first];
}

Likeness CompareBirthDates(const std::optional<Date>& a, const std::optional<Date>& b) {
  if (!a || !b || !a->ok() || !b->ok()) return Likeness::kUnknown;
  if (*a == *b) return Likeness::kSame;
  const auto apart = std::chrono::sys_days(*a) - std::chrono::sys_days(*b);
  if (apart >= std::chrono::days(-1) && apart <= std::chrono::days(1)) return Likeness::kLike;
  const bool turned = a->year() == b->year() &&
                      static_cast<unsigned>(a->month()) == static_cast<unsigned>(b->day()) &&
                      static_cast<unsigned>(a->day()) == static_cast<unsigned>(b->month());
  const std::string x = FormatDate(*a);
  const std::string y = FormatDate(*b);
  if (turned || (x.size() == y.size() && OneDigitApart(x, y))) return Likeness::kLike;
  return Likeness::kDifferent;
}

// ---- identifiers and the rest -------------------------------------------------------------------

struct Evidence {
  int agree = 0;
  int against = 0;
};

Evidence CompareIdentifiers(const Patient& a, const Patient& b) {
  Evidence evidence;
  for (const auto system : {au::kIhiSystem, au::kMedicareSystem, au::kDvaSystem}) {
    const auto keys = [system](const Patient& patient) {
      Words out;
      for (const auto& identifier : patient.identifiers) {
        if (identifier.system == system && au::MayMatchPeople(identifier)) {
          AddOnce(out, AsciiUpper(au::MatchKey(identifier)));
        }
      }
      return out;
    };
    const Words of_a = keys(a);
    const Words of_b = keys(b);
    if (of_a.empty() || of_b.empty()) continue;
    ++(Share(of_a, of_b) ? evidence.agree : evidence.against);
  }
  return evidence;
}

bool ShareContact(const Patient& a, const Patient& b) {
  const auto ways = [](const Patient& patient) {
    Words out;
    for (const auto& contact : patient.telecoms) {
      std::string value;
      if (contact.system == "email") {
        value = AsciiLower(Trim(contact.value));
      } else if (contact.system == "phone") {
        // The last nine digits are the same with and without the country's code.
        std::copy_if(contact.value.begin(), contact.value.end(), std::back_inserter(value),
                     [](char c) { return c >= '0' && c <= '9'; });
        if (value.size() > 9) value.erase(0, value.size() - 9);
        if (value.size() < 6) value.clear();
      }
      AddOnce(out, std::move(value));
    }
    return out;
  };
  return Share(ways(a), ways(b));
}

bool NeedsALook(const Patient& a, const Patient& b) {
  const bool sexes = (a.gender == Gender::kFemale && b.gender == Gender::kMale) ||
                     (a.gender == Gender::kMale && b.gender == Gender::kFemale);
  return sexes || (a.deceased || a.deceased_date) != (b.deceased || b.deceased_date);
}

// ---- the grade ----------------------------------------------------------------------------------

struct Findings {
  FamilyLikeness family = FamilyLikeness::kUnknown;
  Likeness given = Likeness::kUnknown;
  Likeness birth = Likeness::kUnknown;
  bool swapped = false;
  bool contact = false;
  Evidence identifiers = {};
};

bool Near(FamilyLikeness likeness) { return likeness >= FamilyLikeness::kLike; }
bool Near(Likeness likeness) { return likeness >= Likeness::kLike; }

MatchGrade GradeOfNamesAndBirth(const Findings& f) {
  const bool named_alike = f.family == FamilyLikeness::kSame && f.given == Likeness::kSame;
  const bool near_names = (Near(f.family) && Near(f.given)) || f.swapped;
  const bool half_known = (Near(f.family) && f.given == Likeness::kUnknown) ||
                          (f.family == FamilyLikeness::kUnknown && Near(f.given));
  switch (f.birth) {
    case Likeness::kSame:
      if (named_alike) return MatchGrade::kCertain;
      if (near_names) return MatchGrade::kProbable;
      // A name changed by marriage, where the phone has stayed.
      if (f.given == Likeness::kSame && f.contact) return MatchGrade::kProbable;
      // Twins, and people who changed their name: worth a line in an answer, no more.
      if (half_known || f.given == Likeness::kSame || f.family == FamilyLikeness::kSame) {
        return MatchGrade::kPossible;
      }
      return MatchGrade::kCertainlyNot;
    case Likeness::kLike:
      if (named_alike) return MatchGrade::kProbable;
      return near_names ? MatchGrade::kPossible : MatchGrade::kCertainlyNot;
    case Likeness::kUnknown:
      if (named_alike) return f.contact ? MatchGrade::kProbable : MatchGrade::kPossible;
      return near_names && f.contact ? MatchGrade::kPossible : MatchGrade::kCertainlyNot;
    case Likeness::kDifferent:
      // Father and son may share name and phone.
      return named_alike && f.contact ? MatchGrade::kPossible : MatchGrade::kCertainlyNot;
  }
  return MatchGrade::kCertainlyNot;
}

MatchGrade Grade(const Findings& f, bool needs_a_look) {
  MatchGrade grade = GradeOfNamesAndBirth(f);
  const bool agree = f.identifiers.agree > 0;
  const bool against = f.identifiers.against > 0;
  if (agree && !against && grade != MatchGrade::kCertain) {
    const bool named = (Near(f.family) && Near(f.given)) || f.swapped;
    const int near = (Near(f.family) ? 1 : 0) + (Near(f.given) ? 1 : 0) + (Near(f.birth) ? 1 : 0);
    const bool whole = (f.family == FamilyLikeness::kSame || f.family == FamilyLikeness::kFormer) &&
                       f.given == Likeness::kSame && f.birth == Likeness::kSame;
    // A family name that one record calls a former one is the person's own.
    if (whole) {
      grade = MatchGrade::kCertain;
    } else {
      grade = named || near >= 2 ? MatchGrade::kProbable : MatchGrade::kPossible;
    }
  }
  if (against && !agree) {
    grade = grade == MatchGrade::kCertain || grade == MatchGrade::kProbable
                ? static_cast<MatchGrade>(static_cast<int>(grade) - 1)
                : MatchGrade::kCertainlyNot;
  }
  // One number says yes and another no, or somebody has died: a person has to look.
  if (grade == MatchGrade::kCertain && (needs_a_look || against)) grade = MatchGrade::kProbable;
  return grade;
}

// Where within its grade: grades never overlap, so that sorting by score sorts by grade.
double Score(const Findings& f, MatchGrade grade) {
  double share = 0;
  share += f.family == FamilyLikeness::kSame ? 0.25 : Near(f.family) ? 0.15 : 0;
  share += f.given == Likeness::kSame ? 0.2 : Near(f.given) ? 0.1 : 0;
  share += f.birth == Likeness::kSame ? 0.3 : Near(f.birth) ? 0.15 : 0;
  share += f.identifiers.agree > 0 ? 0.15 : 0;
  share += f.contact ? 0.1 : 0;
  share = std::clamp(share - (f.identifiers.against > 0 ? 0.1 : 0), 0.0, 1.0);
  switch (grade) {
    case MatchGrade::kCertain:
      return 0.95 + 0.05 * share;
    case MatchGrade::kProbable:
      return 0.7 + 0.24 * share;
    case MatchGrade::kPossible:
      return 0.4 + 0.29 * share;
    case MatchGrade::kCertainlyNot:
      break;
  }
  return 0.39 * share;
}

}  // namespace

std::string_view MatchGradeCode(MatchGrade grade) {
  switch (grade) {
    case MatchGrade::kCertainlyNot:
      return "certainly-not";
    case MatchGrade::kPossible:
      return "possible";
    case MatchGrade::kProbable:
      return "probable";
    case MatchGrade::kCertain:
      return "certain";
  }
  return "certainly-not";
}

PatientMatch Compare(const Patient& a, const Patient& b) {
  const Names names_a = NamesOf(a);
  const Names names_b = NamesOf(b);
  Findings findings;
  findings.family = CompareFamilies(names_a, names_b);
  findings.given = CompareGivens(names_a, names_b);
  findings.birth = CompareBirthDates(a.birth_date, b.birth_date);
  findings.swapped = Swapped(names_a, names_b);
  findings.contact = ShareContact(a, b);
  findings.identifiers = CompareIdentifiers(a, b);
  const MatchGrade grade = Grade(findings, NeedsALook(a, b));
  return {grade, Score(findings, grade)};
}

}  // namespace pons::model
