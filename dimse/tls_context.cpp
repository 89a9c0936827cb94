// SPDX-License-Identifier: GPL-3.0-or-later
#include "dimse/tls_context.h"

#include <openssl/bio.h>
#include <openssl/x509.h>

#include "dicom/error.h"

namespace glossator::dimse {
namespace {

constexpr const char* kTls12Ciphers =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";

void Check(const boost::system::error_code& failed, const char* what) {
  if (failed) throw Error(ErrorKind::kInvalid, std::string("TLS: cannot use ") + what);
}

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};

}  // namespace

std::shared_ptr<TlsContext> MakeTlsContext(const TlsConfig& config) {
  auto context = std::make_shared<TlsContext>(TlsContext::tls);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(native, kTls12Ciphers);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  boost::system::error_code failed;
  context->use_certificate_chain_file(config.certificate.string(), failed);
  Check(failed, "the certificate");
  context->use_private_key_file(config.private_key.string(), TlsContext::pem, failed);
  Check(failed, "the private key");
  context->load_verify_file(config.trusted.string(), failed);
  Check(failed, "the trusted certificates");
  context->set_verify_mode(boost::asio::ssl::verify_peer |
                           boost::asio::ssl::verify_fail_if_no_peer_cert);
  return context;
}

std::string SubjectOf(SSL* connection) {
  const std::unique_ptr<X509, Free> certificate(SSL_get1_peer_certificate(connection));
  if (!certificate) return "";
  const std::unique_ptr<BIO, Free> text(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate.get()), 0, XN_FLAG_RFC2253);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(text.get(), &bytes);
  return std::string(bytes, static_cast<size_t>(size));
}

}  // namespace glossator::dimse
