// SPDX-License-Identifier: GPL-3.0-or-later
#include <iostream>

#include "seg/tool.h"

int main(int count, char** words) {
  glossator::SystemEntropy entropy;
  glossator::RandomUids uids(entropy);
  const glossator::SystemClock clock;
  return glossator::seg::RunTool({words + 1, words + count}, {std::cout, std::cerr, uids, clock});
}
