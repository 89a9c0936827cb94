// SPDX-License-Identifier: GPL-3.0-or-later
// The defined terms of (0008,0005) as data (PS3.3 C.12.1.1.2, PS3.2 D.6.2). Of this room only.
#pragma once

#include <string_view>

namespace glossator::dicom {

// What bytes mean in one half of the code table.
enum class Coding {
  kAscii,      // G0: ISO 646
  kRomaji,     // G0: JIS X 0201, a yen sign for the backslash
  kKanji,      // G0: JIS X 0208, two bytes
  kKanji2,     // G0: JIS X 0212, two bytes
  kNone,       // G1: nothing designated
  kSingle,     // G1: one byte, `iconv` names the whole set
  kKatakana,   // G1: JIS X 0201
  kDouble,     // G1: two bytes (KS X 1001, GB 2312), `iconv` names the EUC form
  kMultibyte,  // no halves: UTF-8, GB 18030, GBK
};

struct HalfSet {
  Coding coding;
  std::string_view escape;  // ISO 2022 designation
  const char* iconv;        // for what iconv can do on its own
  bool is_g1;
};

struct Term {
  std::string_view name;  // of (0008,0005), the part after "ISO_IR " or "ISO 2022 IR "
  const HalfSet* g0;
  const HalfSet* g1;
};

inline constexpr HalfSet kAsciiSet = {Coding::kAscii, "\033(B", "", false};
inline constexpr HalfSet kRomajiSet = {Coding::kRomaji, "\033(J", "", false};
inline constexpr HalfSet kKanjiSet = {Coding::kKanji, "\033$B", "EUC-JP", false};
inline constexpr HalfSet kKanji2Set = {Coding::kKanji2, "\033$(D", "EUC-JP", false};
inline constexpr HalfSet kNoSet = {Coding::kNone, "", "", true};
inline constexpr HalfSet kLatin1 = {Coding::kSingle, "\033-A", "ISO-8859-1", true};
inline constexpr HalfSet kLatin2 = {Coding::kSingle, "\033-B", "ISO-8859-2", true};
inline constexpr HalfSet kLatin3 = {Coding::kSingle, "\033-C", "ISO-8859-3", true};
inline constexpr HalfSet kLatin4 = {Coding::kSingle, "\033-D", "ISO-8859-4", true};
inline constexpr HalfSet kGreek = {Coding::kSingle, "\033-F", "ISO-8859-7", true};
inline constexpr HalfSet kArabic = {Coding::kSingle, "\033-G", "ISO-8859-6", true};
inline constexpr HalfSet kHebrew = {Coding::kSingle, "\033-H", "ISO-8859-8", true};
inline constexpr HalfSet kCyrillic = {Coding::kSingle, "\033-L", "ISO-8859-5", true};
inline constexpr HalfSet kLatin5 = {Coding::kSingle, "\033-M", "ISO-8859-9", true};
inline constexpr HalfSet kThai = {Coding::kSingle, "\033-T", "TIS-620", true};
inline constexpr HalfSet kLatin9 = {Coding::kSingle, "\033-b", "ISO-8859-15", true};
inline constexpr HalfSet kKatakanaSet = {Coding::kKatakana, "\033)I", "EUC-JP", true};
inline constexpr HalfSet kKorean = {Coding::kDouble, "\033$)C", "EUC-KR", true};
inline constexpr HalfSet kChinese = {Coding::kDouble, "\033$)A", "EUC-CN", true};
inline constexpr HalfSet kUtf8 = {Coding::kMultibyte, "", "UTF-8", true};
inline constexpr HalfSet kGb18030 = {Coding::kMultibyte, "", "GB18030", true};
inline constexpr HalfSet kGbk = {Coding::kMultibyte, "", "GBK", true};

// Every set that an escape sequence can designate.
inline constexpr const HalfSet* kDesignated[] = {
    &kAsciiSet, &kRomajiSet, &kKanjiSet, &kKanji2Set, &kLatin1,      &kLatin2,
    &kLatin3,   &kLatin4,    &kGreek,    &kArabic,    &kHebrew,      &kCyrillic,
    &kLatin5,   &kThai,      &kLatin9,   &kKorean,    &kKatakanaSet, &kChinese,
};

inline constexpr Term kTerms[] = {
    {"6", &kAsciiSet, &kNoSet},         {"100", &kAsciiSet, &kLatin1},
    {"101", &kAsciiSet, &kLatin2},      {"109", &kAsciiSet, &kLatin3},
    {"110", &kAsciiSet, &kLatin4},      {"144", &kAsciiSet, &kCyrillic},
    {"127", &kAsciiSet, &kArabic},      {"126", &kAsciiSet, &kGreek},
    {"138", &kAsciiSet, &kHebrew},      {"148", &kAsciiSet, &kLatin5},
    {"203", &kAsciiSet, &kLatin9},      {"13", &kRomajiSet, &kKatakanaSet},
    {"166", &kAsciiSet, &kThai},        {"87", &kKanjiSet, &kNoSet},
    {"159", &kKanji2Set, &kNoSet},      {"149", &kAsciiSet, &kKorean},
    {"58", &kAsciiSet, &kChinese},      {"192", &kAsciiSet, &kUtf8},
    {"GB18030", &kAsciiSet, &kGb18030}, {"GBK", &kAsciiSet, &kGbk},
};

}  // namespace glossator::dicom
