// SPDX-License-Identifier: GPL-3.0-or-later
// Mutual TLS with certificates made here.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <fstream>

#include "raw_peer.h"
#include "stub_handler.h"

namespace glossator::dimse {
namespace {

namespace fs = std::filesystem;

std::string PemOf(std::function<int(BIO*)> write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
  write(bio.get());
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &bytes);
  return {bytes, static_cast<size_t>(size)};
}

// A self-signed authority, or somebody signed by one.
class Party {
 public:
  explicit Party(const char* name, const Party* issuer = nullptr)
      : key_(EVP_EC_gen("P-256"), EVP_PKEY_free), certificate_(X509_new(), X509_free) {
    X509* made = certificate_.get();
    X509_set_version(made, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made), issuer ? 2 : 1);
    X509_gmtime_adj(X509_getm_notBefore(made), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made), 86400);
    X509_set_pubkey(made, key_.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    const Party& signer = issuer ? *issuer : *this;
    X509_set_issuer_name(made, X509_get_subject_name(signer.certificate_.get()));
    if (!issuer) {
      X509_EXTENSION* authority =
          X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE");
      X509_add_ext(made, authority, -1);
      X509_EXTENSION_free(authority);
    }
    X509_sign(made, signer.key_.get(), EVP_sha256());
  }
  void Write(const fs::path& certificate, const fs::path& key) const {
    std::ofstream(certificate) << PemOf(
        [&](BIO* bio) { return PEM_write_bio_X509(bio, certificate_.get()); });
    std::ofstream(key) << PemOf([&](BIO* bio) {
      return PEM_write_bio_PrivateKey(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }

 private:
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&X509_free)> certificate_;
};

class Tls : public testing::Test {
 protected:
  Tls() {
    directory = fs::temp_directory_path() / ("glossator-tls-" + std::to_string(::getpid()));
    fs::create_directories(directory);
    const Party authority("Hospital Authority");
    const Party stranger("Other Authority");
    authority.Write(directory / "ca.pem", directory / "ca.key");
    stranger.Write(directory / "other.pem", directory / "other.key");
    Party("node", &authority).Write(directory / "node.pem", directory / "node.key");
    Party("pacs", &authority).Write(directory / "pacs.pem", directory / "pacs.key");
    Party("pacs", &stranger).Write(directory / "intruder.pem", directory / "intruder.key");
    ServerOptions options = QuickOptions();
    options.tls = ConfigOf("node", "ca");
    server = std::make_unique<Server>(options, handler);
    server->Start();
  }
  ~Tls() override {
    server->Stop();
    fs::remove_all(directory);
  }
  TlsConfig ConfigOf(const std::string& who, const std::string& trusted) const {
    return {directory / (who + ".pem"), directory / (who + ".key"), directory / (trusted + ".pem")};
  }
  ScuOptions Options(const std::string& who, const std::string& trusted) const {
    ScuOptions options = ClientOf(*server);
    options.tls = ConfigOf(who, trusted);
    options.connect_timeout = options.associate_timeout = std::chrono::milliseconds(1500);
    return options;
  }

  fs::path directory;
  StubHandler handler;
  std::unique_ptr<Server> server;
};

TEST_F(Tls, CarriesObjectsBetweenPartiesOfOneAuthority) {
  Scu scu(Options("pacs", "ca"));
  EXPECT_EQ(scu.Echo().code, kSuccess);
  const std::string bytes(3'000'000, 'x');
  const auto& syntax = dicom::kExplicitLittleEndian;
  EXPECT_EQ(scu.Store(kCtImageStorage, "1.2.3", syntax, bytes).code, kSuccess);
  EXPECT_EQ(handler.seen.bytes, bytes);
  EXPECT_EQ(handler.subject, "CN=pacs");
  EXPECT_EQ(scu.association().tls_subject, "CN=node");
  scu.Release();
}

TEST_F(Tls, RefusesAStrangerOnEitherSide) {
  EXPECT_THROW(Scu{Options("intruder", "ca")}, Error);
  EXPECT_THROW(Scu{Options("pacs", "other")}, Error);
  EXPECT_EQ(server->counters().accepted, 0u);
}

TEST_F(Tls, RefusesAPlainPeer) {
  ScuOptions plain = Options("pacs", "ca");
  plain.tls.reset();
  EXPECT_THROW(Scu{plain}, Error);
}

TEST_F(Tls, RefusesAClientWithoutCertificateAndAnyOldProtocol) {
  for (const int version : {TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(
        SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    SSL_CTX_set_max_proto_version(context.get(), version);
    SSL_CTX_set_security_level(context.get(), 0);
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> connection(
        BIO_new_ssl_connect(context.get()), BIO_free_all);
    BIO_set_conn_hostname(connection.get(),
                          ("127.0.0.1:" + std::to_string(server->port())).c_str());
    const std::string request = Encode(SampleRequest());
    BIO_write(connection.get(), request.data(), static_cast<int>(request.size()));
    char byte = 0;
    EXPECT_LE(BIO_read(connection.get(), &byte, 1), 0) << version;
  }
  EXPECT_EQ(server->counters().accepted, 0u);
}

TEST_F(Tls, EndsAHandshakeThatIsNeverFinished) {
  const RawPeer silent(server->port());
  EXPECT_TRUE(silent.Closed());
}

TEST_F(Tls, NamesTheFileThatCannotBeUsed) {
  ServerOptions options = QuickOptions();
  options.tls = ConfigOf("nobody", "ca");
  try {
    Server unusable(options, handler);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "TLS: cannot use the certificate");
  }
}

}  // namespace
}  // namespace glossator::dimse
