// SPDX-License-Identifier: GPL-3.0-or-later
// Every file of the shared corpus: read, write, read again, equal.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <vector>

#include "dicom/error.h"
#include "dicom/io.h"

namespace glossator::dicom {
namespace {

namespace fs = std::filesystem;

fs::path CorpusDirectory() {
  const char* given = std::getenv("GLOSSATOR_CORPUS");
  return given != nullptr ? fs::path(given)
                          : fs::path(GLOSSATOR_SOURCE_DIR) / ".." / "shared" / "corpus";
}

std::vector<fs::path> CorpusFiles() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(CorpusDirectory())) {
    if (entry.is_regular_file() && entry.path().extension() != ".tsv" &&
        entry.path().extension() != ".md") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

// What a writer adds: padding to even length.
void PadValues(DataSet& data_set) {
  ForEachElement(data_set, [](const std::string&, Element& element) {
    if (element.value.size() % 2 != 0) element.value += PaddingOf(element.vr);
    for (std::string& fragment : element.fragments) {
      if (fragment.size() % 2 != 0) fragment += '\0';
    }
  });
}

std::optional<File> TryRead(const fs::path& path, std::vector<std::string>& refused) {
  try {
    return ReadFile(path);
  } catch (const Error& error) {
    refused.push_back(path.string() + ": " + error.what());
    return std::nullopt;
  }
}

TEST(Corpus, EveryFileReadsBackAsItWasWritten) {
  if (!fs::is_directory(CorpusDirectory())) {
    GTEST_SKIP() << "the shared corpus is not here: Corpus.EveryFileReadsBackAsItWasWritten";
  }
  std::vector<std::string> refused;
  size_t read = 0;
  for (const fs::path& path : CorpusFiles()) {
    auto file = TryRead(path, refused);
    if (!file) continue;
    ++read;
    PadValues(file->data_set);
    const DataSet again = Read(Write(file->data_set, *file->syntax), *file->syntax);
    EXPECT_TRUE(again == file->data_set) << path;
  }
  for (const std::string& line : refused) std::cout << "refused " << line << '\n';
  std::cout << read << " files read, " << refused.size() << " refused\n";
  EXPECT_GT(read, 900u);
}

TEST(Corpus, HeadsAreWholeFilesWithoutPixels) {
  if (!fs::is_directory(CorpusDirectory())) {
    GTEST_SKIP() << "the shared corpus is not here: Corpus.HeadsAreWholeFilesWithoutPixels";
  }
  std::vector<std::string> refused;
  for (const fs::path& path : CorpusFiles()) {
    const auto whole = TryRead(path, refused);
    if (!whole) continue;
    const File head = ReadFileHead(path);
    for (const Element& element : head.data_set) {
      ASSERT_TRUE(*whole->data_set.Find(element.tag) == element) << path << ToString(element.tag);
    }
    EXPECT_FALSE(head.data_set.Has(tags::PixelData)) << path;
  }
}

}  // namespace
}  // namespace glossator::dicom
