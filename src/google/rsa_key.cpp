#include "google/rsa_key.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

namespace lastrun::google {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
struct FreeKeyContext {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Without a callback of ours OpenSSL would ask the terminal for the passphrase of an encrypted key.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*user*/) {
  return -1;
}

// OpenSSL keeps a queue of errors per thread, whose texts may tell of key material: emptied, never shown.
Error refuse(std::string message) {
  ERR_clear_error();
  return Error{ErrorKind::kInput, std::move(message)};
}

}  // namespace

void RsaKey::Free::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}

Result<RsaKey> RsaKey::open(const std::string& pem) {
  const std::unique_ptr<BIO, FreeBio> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  CHECK(bio != nullptr);
  RsaKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key.key_) {
    const bool encrypted = pem.find("ENCRYPTED") != std::string::npos;
    return refuse(encrypted ? "is protected by a passphrase, which lastrun cannot ask for"
                            : "is not a private key in PEM form (-----BEGIN PRIVATE KEY----- ...)");
  }
  if (EVP_PKEY_get_base_id(key.key_.get()) != EVP_PKEY_RSA) {
    const char* name = EVP_PKEY_get0_type_name(key.key_.get());
    return refuse(std::string("is a key of type ") + (name != nullptr ? name : "unknown") +
                  ", but Google's service accounts sign with RSA (RS256)");
  }
  const std::unique_ptr<EVP_PKEY_CTX, FreeKeyContext> context(EVP_PKEY_CTX_new(key.key_.get(), nullptr));
  if (!context || EVP_PKEY_pairwise_check(context.get()) != 1) {
    return refuse("is a damaged RSA key: its numbers do not belong together");
  }
  return key;
}

Result<std::string> RsaKey::sign(std::string_view message) const {
  const std::unique_ptr<EVP_MD_CTX, FreeDigest> digest(EVP_MD_CTX_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  std::size_t size = 0;
  if (!digest || EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
      EVP_DigestSign(digest.get(), nullptr, &size, bytes, message.size()) != 1) {
    return refuse("cannot sign with RS256");
  }
  std::string signature(size, '\0');
  auto* out = reinterpret_cast<unsigned char*>(signature.data());
  if (EVP_DigestSign(digest.get(), out, &size, bytes, message.size()) != 1) {
    return refuse("cannot sign with RS256: is the key too short?");
  }
  signature.resize(size);
  return signature;
}

std::string base64url(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // EVP_EncodeBlock ends with a zero byte
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  text.resize(text.find_last_not_of('=') + 1);
  for (char& c : text) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return text;
}

}  // namespace lastrun::google
