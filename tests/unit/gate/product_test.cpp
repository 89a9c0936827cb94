// SPDX-License-Identifier: GPL-3.0-or-later
// Release as product: who may, what breaks it.
#include "gate/product.h"

#include <gtest/gtest.h>

#include <fstream>

#include "gate/tested.h"
#include "model/error.h"
#include "store/gate_identity.h"
#include "store/gate_schema.h"
#include "store/journal.h"
#include "tests/support/example_keys.h"
#include "tests/support/fixed_ports.h"
#include "tests/support/temporary_directory.h"
#include "vault/signature.h"

namespace glossator::gate {
namespace {

class ProductTest : public testing::Test {
 protected:
  ProductTest() {
    const auto key = directory_.path() / "anna.pem";
    std::ofstream(key) << support::kExamplePublicKey;
    config_.projects = {ProjectConfig{}, ProjectConfig{}};
    config_.projects[0].id = "lung";
    config_.projects[1].id = "heart";
    config_.signers = {{"anna", "Anna", "medical director", key, {"lung"}}};
  }

  std::string Prepare() { return products_.Prepare("lung", "anna", "validated", 30); }
  void Release() {
    const auto statement = Prepare();
    products_.Accept(statement, vault::Sign(support::kExamplePrivateKey, statement));
  }
  // What an intruder with the database could do.
  void Alter(const std::string& from, const std::string& to) {
    database_.Write([&](store::Transaction& transaction) {
      auto kept = store::GetSetting(transaction, "product/lung").value();
      kept.replace(kept.find(from), from.size(), to);
      store::PutSetting(transaction, "product/lung", kept);
      store::Append(transaction, "test", "test", Json::Value(Json::objectValue));
    });
  }
  Qualification Standing() { return products_.Of("lung"); }

  support::TemporaryDirectory directory_;
  support::FixedClock clock_;
  Config config_;
  store::Database database_{directory_.path() / "gate.db", clock_, store::GateMigrations()};
  ProductReleases products_{config_, database_, clock_};
};

TEST_F(ProductTest, EverythingIsResearchUntilAPersonHasSigned) {
  EXPECT_EQ(Standing(), Qualification::kResearch);
  Release();
  EXPECT_EQ(Standing(), Qualification::kProduct);
  EXPECT_EQ(products_.Of("heart"), Qualification::kResearch);
  EXPECT_EQ(products_.List()[0]["standing"].asString(), "PRODUCT");
  products_.Revoke("lung", "a fault");
  EXPECT_EQ(Standing(), Qualification::kResearch);
  std::vector<std::string> types;
  database_.Read([&](const store::Reader& reader) {
    for (const auto& event : store::Events(reader, 0, 10)) types.push_back(event.type);
  });
  EXPECT_EQ(types, (std::vector<std::string>{"product.released", "product.revoked"}));
}

TEST_F(ProductTest, AChangedByteVoidsIt) {
  Release();
  Alter("validated", "valiDated");
  EXPECT_EQ(Standing(), Qualification::kVoid);
}

TEST_F(ProductTest, AStatementOfOneProjectDoesNotSpeakForAnother) {
  Release();
  database_.Write([&](store::Transaction& transaction) {
    store::PutSetting(transaction, "product/heart",
                      store::GetSetting(transaction, "product/lung").value());
    store::Append(transaction, "test", "test", Json::Value(Json::objectValue));
  });
  EXPECT_EQ(products_.Of("heart"), Qualification::kVoid);
}

TEST_F(ProductTest, AnotherConfigurationOfTheProjectVoidsIt) {
  Release();
  config_.projects[0].policy = "research";
  EXPECT_EQ(Standing(), Qualification::kVoid);
  config_.projects[0].policy = "basic";
  EXPECT_EQ(Standing(), Qualification::kProduct);
}

TEST_F(ProductTest, ItEndsOnItsLastDayAndWithItsSigner) {
  Release();
  clock_.Advance(std::chrono::hours(24 * 30 - 1));
  EXPECT_EQ(Standing(), Qualification::kProduct);
  clock_.Advance(std::chrono::hours(1));
  EXPECT_EQ(Standing(), Qualification::kVoid);
  Release();
  EXPECT_EQ(Standing(), Qualification::kProduct);
  config_.signers.clear();
  EXPECT_EQ(Standing(), Qualification::kVoid);
}

TEST_F(ProductTest, OnlyConfiguredSignersForTheirProjectsAndWithAReason) {
  EXPECT_THROW(products_.Prepare("lung", "nobody", "why", 30), Error);
  EXPECT_THROW(products_.Prepare("heart", "anna", "why", 30), Error);
  EXPECT_THROW(products_.Prepare("lung", "anna", "", 30), Error);
  EXPECT_THROW(products_.Prepare("lung", "anna", "why", 0), Error);
  const auto statement = Prepare();
  EXPECT_THROW(products_.Accept(statement, std::string(64, 'x')), Error);
  EXPECT_EQ(Standing(), Qualification::kResearch);
}

TEST_F(ProductTest, ARevokedStatementDoesNotComeBack) {
  const auto statement = Prepare();
  const auto signature = vault::Sign(support::kExamplePrivateKey, statement);
  products_.Accept(statement, signature);
  products_.Revoke("lung", "a fault");
  clock_.Advance(std::chrono::hours(2));
  EXPECT_THROW(products_.Accept(statement, signature), Error);
}

TEST_F(ProductTest, ATestHoldsForOneAddressOnly) {
  DestinationConfig pacs;
  pacs.aet = "PACS";
  pacs.address = "127.0.0.1";
  pacs.port = 104;
  const auto tested = [&] {
    bool answer = false;
    database_.Read([&](const store::Reader& reader) { answer = IsTested(reader, "pacs", pacs); });
    return answer;
  };
  EXPECT_FALSE(tested());
  database_.Write([&](store::Transaction& transaction) {
    NoteTested(transaction, "pacs", pacs);
    store::Append(transaction, "test", "test", Json::Value(Json::objectValue));
  });
  EXPECT_TRUE(tested());
  pacs.port = 105;
  EXPECT_FALSE(tested());
}

}  // namespace
}  // namespace glossator::gate
