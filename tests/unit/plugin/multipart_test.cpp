// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/multipart.h"

#include <gtest/gtest.h>

#include <random>

#include "dicom/error.h"

namespace glossator::plugin {
namespace {

using std::string_literals::operator""s;

const std::string kType = "multipart/form-data; boundary=xyz";

std::string PartOf(const std::string& name, const std::string& body,
                   const std::string& headers = "") {
  return "--xyz\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n" + headers + "\r\n" +
         body + "\r\n";
}

TEST(FormData, GivesThePartsByName) {
  const std::string labels = "\0\r\n--xy\r\n\xFF"s;
  const std::string body = PartOf("submission", "{}", "Content-Type: application/json\r\n") +
                           PartOf("labels", labels, "Content-Encoding: gzip\r\n") + "--xyz--\r\n";
  const auto parts = ParseFormData(kType, body);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts.at("submission").body, "{}");
  EXPECT_EQ(parts.at("submission").content_type, "application/json");
  EXPECT_EQ(parts.at("labels").body, labels);
  EXPECT_EQ(parts.at("labels").content_encoding, "gzip");
}

TEST(FormData, TakesAQuotedBoundaryAndFileNames) {
  const std::string body =
      "--a b\r\ncontent-disposition: form-data; filename=\"x;name=y\"; name=labels\r\n\r\n1\r\n"
      "--a b--";
  const auto parts = ParseFormData("Multipart/Form-Data; charset=utf-8; boundary=\"a b\"", body);
  EXPECT_EQ(parts.at("labels").body, "1");
}

TEST(FormData, TakesAnEmptyPart) {
  EXPECT_EQ(ParseFormData(kType, PartOf("labels", "") + "--xyz--").at("labels").body, "");
}

TEST(Related, GivesThePartsInTheirOrder) {
  const std::string type = "multipart/related; type=\"application/dicom\"; boundary=xyz";
  const std::string body =
      "--xyz\r\nContent-Type: application/dicom\r\n\r\none\r\n"
      "--xyz\r\nContent-Type: application/dicom; transfer-syntax=1.2\r\n\r\ntwo\r\n--xyz--";
  const auto parts = ParseRelated(type, body);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].body, "one");
  EXPECT_EQ(parts[1].body, "two");
  EXPECT_EQ(parts[1].content_type, "application/dicom");
  EXPECT_THROW(ParseRelated(kType, body), Error);
  EXPECT_THROW(ParseFormData(type, body), Error);
}

class BrokenFormData : public ::testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(BrokenFormData, IsRefused) {
  EXPECT_THROW(ParseFormData(GetParam().first, GetParam().second), Error);
}

std::string NineParts() {
  std::string body;
  for (int i = 0; i < 9; ++i) {
    body += PartOf(std::to_string(i), "");
  }
  return body + "--xyz--";
}

INSTANTIATE_TEST_SUITE_P(
    Each, BrokenFormData,
    ::testing::Values(
        std::pair{"application/json"s, "{}"s}, std::pair{"multipart/form-data"s, "--xyz--"s},
        std::pair{kType, ""s}, std::pair{kType, "preamble\r\n--xyz--"s},
        std::pair{kType, PartOf("a", "1")},                                 // no end
        std::pair{kType, PartOf("a", "1") + PartOf("a", "2") + "--xyz--"},  // twice
        std::pair{kType, PartOf("", "1") + "--xyz--"},                      // nameless
        std::pair{kType, PartOf("a", "1") + "--xyz--\r\nmore"},
        std::pair{kType, "--xyz\r\nno colon\r\n\r\n1\r\n--xyz--"s},
        std::pair{kType, "--xyz\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--xyz--"s},
        std::pair{kType, "--xyz\r\nA: " + std::string(5000, 'a') + "\r\n\r\n1\r\n--xyz--"},
        std::pair{kType, NineParts()}));

// The instrumented fuzzers stay below this room; its only parser of foreign bytes is shaken here.
TEST(FormData, StaysInsideItsBytesWhateverTheyAre) {
  const std::string good = PartOf("submission", "{}", "Content-Type: application/json\r\n") +
                           PartOf("labels", "\r\n--xyz") + "--xyz--\r\n";
  std::minstd_rand random(1);
  for (int round = 0; round < 20000; ++round) {
    std::string body = good;
    for (int change = 0; change < 3; ++change) {
      const size_t at = random() % body.size();
      static constexpr std::string_view kBytes = "\r\n-:;=\"xyz a";
      random() % 2 == 0 ? body.erase(at, random() % 9) : body.insert(at, 1, kBytes[random() % 12]);
      if (body.empty()) break;
    }
    try {
      for (const auto& [name, part] : ParseFormData(kType, body)) {
        EXPECT_GE(part.body.data(), body.data());
        EXPECT_LE(part.body.data() + part.body.size(), body.data() + body.size());
      }
    } catch (const Error&) {  // refused, as it should be
    }
  }
}

}  // namespace
}  // namespace glossator::plugin
