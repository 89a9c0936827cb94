// SPDX-License-Identifier: GPL-3.0-or-later
#include "pixels/ctp_script.h"

#include <gtest/gtest.h>

namespace glossator::pixels {
namespace {

namespace tags = dicom::tags;

dicom::DataSet Device(const std::string& maker, const std::string& model, int rows) {
  dicom::DataSet head;
  head.SetString(tags::Modality, "US");
  head.SetString(tags::Manufacturer, maker);
  head.SetString(tags::ManufacturerModelName, model);
  head.SetInt(tags::Rows, rows);
  return head;
}

constexpr std::string_view kScript = R"(
// written by nobody in particular
Old scanner (banner and corner)
{ Manufacturer.containsIgnoreCase("acme") *
  ( ManufacturerModelName.startsWith("Sono")
    + [0008,1090].matches("Echo.*") ) *   // both names of it
  Rows.equals("480") }
(0,0,640,40) (600, 40,
 40,100)
Not for us
{ !Modality.equals("CT") } (0,0,1,1)
{ Rows.isGreaterThan("10") } (0,0,1,1)
{ Modality.equals("OT") }
{ Manufacturer.equals("Other {maker}") } (1,2,3,4)
{ Manufacturer.equals("x")
)";

TEST(CtpScript, BecomesRulesThatFitTheSameDevices) {
  const auto script = ReadCtpScript(kScript);
  // Through our own document, as a person keeps them.
  const auto rules = ParseRules(WriteRules(script.rules));
  ASSERT_EQ(rules.size(), 3u);
  const std::vector<Rectangle> banner{{0, 0, 640, 40}, {600, 40, 40, 100}};
  for (const char* model : {"Sono 7", "Echo One"}) {
    const auto* rule = rules.Find(Device("The ACME Company", model, 480));
    ASSERT_NE(rule, nullptr) << model;
    EXPECT_EQ(rule->blank, banner);
    EXPECT_TRUE(rule->detect);
  }
  EXPECT_EQ(rules.Find(Device("The ACME Company", "Sono 7", 481)), nullptr);
  EXPECT_EQ(rules.Find(Device("The ACME Company", "No Sono", 480)), nullptr);
  EXPECT_NE(rules.Find(Device("Other {maker}", "", 1)), nullptr);
}

TEST(CtpScript, TellsWhatItLeavesOutAndWhere) {
  EXPECT_EQ(
      ReadCtpScript(kScript).left_out,
      std::vector<std::string>({"line 11: a negation", "line 12: the method isGreaterThan",
                                "line 13: no region", "line 15: a condition without an end"}));
  EXPECT_EQ(ReadCtpScript(R"({ Rows.equals("1") * Rows.equals("2") } (0,0,1,1))").left_out,
            std::vector<std::string>({"line 1: two conditions on one attribute"}));
}

TEST(CtpScript, SurvivesNonsense) {
  for (const char* text : {"", "{", "{}", "{}(1,2,3,4)", "{(((((", "{[0008,00}(0,0,1,1)",
                           "{Rows.equals(\"}(0,0,1,1)", "{Rows.}(1,1,1,1)"}) {
    EXPECT_EQ(ReadCtpScript(text).rules.size(), 0u) << text;
  }
  std::string deep(100'000, '(');
  EXPECT_EQ(ReadCtpScript("{" + deep + "}(0,0,1,1)").left_out.size(), 1u);
}

}  // namespace
}  // namespace glossator::pixels
