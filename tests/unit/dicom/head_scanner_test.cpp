// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "dicom/error.h"
#include "dicom/io.h"
#include "tests/unit/dicom/fixtures.h"

namespace glossator::dicom {
namespace {

using State = HeadScanner::State;

// Feeds a growing prefix in steps; gives the number of bytes that were needed to find the pixels.
size_t ScanInSteps(const std::string& bytes, const TransferSyntax& syntax, size_t step,
                   HeadScanner& scanner) {
  for (size_t size = step;; size += step) {
    size = std::min(size, bytes.size());
    if (scanner.Scan(std::string_view(bytes).substr(0, size)) == State::kAtPixelData) return size;
    if (size == bytes.size()) return 0;
  }
  (void)syntax;
}

TEST(HeadScanner, FindsThePixelsInEveryUndeflatedSyntaxWhateverTheSteps) {
  for (const TransferSyntax& syntax : AllTransferSyntaxes()) {
    if (syntax.deflated) continue;
    DataSet image = SmallImage();
    if (syntax.encapsulated) MakeEncapsulated(image);
    const std::string bytes = Write(image, syntax);
    image.Erase(tags::PixelData);
    const std::string head = Write(image, syntax);
    for (const size_t step : {size_t{1}, size_t{7}, size_t{64}, bytes.size()}) {
      HeadScanner scanner(syntax);
      EXPECT_GT(ScanInSteps(bytes, syntax, step, scanner), 0u) << syntax.uid;
      EXPECT_EQ(scanner.head_size(), head.size()) << syntax.uid << " step " << step;
    }
  }
}

TEST(HeadScanner, EndsAtABoundaryWhenThereAreNoPixels) {
  DataSet image = SmallImage();
  image.Erase(tags::PixelData);
  const std::string bytes = Write(image, kExplicitLittleEndian);
  HeadScanner scanner(kExplicitLittleEndian);
  EXPECT_EQ(scanner.Scan(bytes), State::kNeedMore);
  EXPECT_TRUE(scanner.at_boundary(bytes.size()));
  HeadScanner cut(kExplicitLittleEndian);
  EXPECT_EQ(cut.Scan(std::string_view(bytes).substr(0, bytes.size() - 1)), State::kNeedMore);
  EXPECT_FALSE(cut.at_boundary(bytes.size() - 1));
}

TEST(HeadScanner, WalksUndefinedLengthsAndIconsWithFragments) {
  const std::string icon =
      Long(tags::PixelData, "OB", kUndefined, Item(0) + Item(2, "AB") + EndOfSequence());
  const std::string bytes =
      Long({0x0009, 0x1001}, "UN", kUndefined,
           Item(kUndefined, Implicit(tags::PatientID, 2, "AB")) + EndOfItem() + EndOfSequence()) +
      Long(tags::IconImageSequence, "SQ", kUndefined,
           Item(kUndefined, icon) + EndOfItem() + EndOfSequence());
  const std::string pixels = Long(tags::PixelData, "OB", kUndefined, "");
  for (const size_t step : {size_t{1}, size_t{1000}}) {
    HeadScanner scanner(kExplicitLittleEndian);
    EXPECT_GT(ScanInSteps(bytes + pixels, kExplicitLittleEndian, step, scanner), 0u);
    EXPECT_EQ(scanner.head_size(), bytes.size());
  }
}

TEST(HeadScanner, RefusesDepthAsSoonAsItShows) {
  HeadScanner scanner(kExplicitLittleEndian);
  std::string bytes;
  for (int i = 0; i < 64; ++i) {
    bytes += Long(tags::ContentSequence, "SQ", kUndefined, Item(kUndefined));
    EXPECT_EQ(scanner.Scan(bytes), State::kNeedMore);
  }
  bytes += Long(tags::ContentSequence, "SQ", kUndefined, "");
  EXPECT_THROW(scanner.Scan(bytes), Error);
}

TEST(HeadScanner, RefusesLyingLengthsAsSoonAsTheyShow) {
  const Limits limits{.bytes_max = 1 << 20, .element_bytes_max = 1000, .elements_max = 50};
  const std::vector<std::string> lies = {
      Long(tags::EncapsulatedDocument, "OB", 1001, ""),
      Long(tags::ContentSequence, "SQ", 0x7FFFFFFF, ""),
      Long(tags::ContentSequence, "SQ", 16, Item(9)),
      Long(tags::ContentSequence, "SQ", 18,
           Item(10, Short(tags::PatientID, "LO", "AB").substr(0, 6) + Le16(3))),
      Long(tags::ContentSequence, "SQ", 4, Item(0)),
      Long(tags::ContentSequence, "SQ", kUndefined, Short(tags::PatientID, "LO", "")),
      Item(0),
      Long(tags::TextValue, "LT", 0, "").substr(0, 4) + "UT" + Le16(0) + Le32(kUndefined),
  };
  for (const std::string& bytes : lies) {
    HeadScanner scanner(kExplicitLittleEndian, limits);
    EXPECT_THROW(scanner.Scan(bytes), Error) << &bytes - lies.data();
  }
  std::string many;
  for (int i = 0; i < 51; ++i) many += Short(tags::PatientID, "LO", "");
  HeadScanner scanner(kExplicitLittleEndian, limits);
  EXPECT_THROW(scanner.Scan(many), Error);
}

TEST(HeadScanner, SkipsALongValueBeforeItHasArrived) {
  const std::string start = Long(tags::RedPaletteColorLookupTableData, "OW", 5000, "");
  HeadScanner scanner(kExplicitLittleEndian);
  EXPECT_EQ(scanner.Scan(start), State::kNeedMore);
  EXPECT_EQ(scanner.head_size(), start.size() + 5000);
  EXPECT_FALSE(scanner.at_boundary(start.size()));
  const std::string all = start + std::string(5000, 'x') + Long(tags::PixelData, "OW", 4, "");
  EXPECT_EQ(scanner.Scan(all), State::kAtPixelData);
}

}  // namespace
}  // namespace glossator::dicom
