#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace lastrun::google {

// Keys made while the tests run, so that none lies in the repository. For tests only.
class TestingKey {
 public:
  // `type` as OpenSSL names it: "RSA" (2048 bits), "EC" (P-256), "ED25519".
  explicit TestingKey(const std::string& type = "RSA");

  [[nodiscard]] std::string private_pem() const;                                 // PKCS#8
  [[nodiscard]] std::string private_pem_pkcs1() const;                           // RSA only
  [[nodiscard]] std::string encrypted_pem(const std::string& passphrase) const;  // PKCS#8
  // Whether `signature` is that of this key's private half, by RS256.
  [[nodiscard]] bool verifies(std::string_view message, std::string_view signature) const;

 private:
  std::shared_ptr<evp_pkey_st> key_;
};

// One RSA key for all tests of a process: making one takes a tenth of a second.
[[nodiscard]] const TestingKey& rsa_testing_key();

// The text of a key file with that key; `more` is put at its end, e.g. R"(,"universe_domain":"u.example")".
[[nodiscard]] std::string key_file_text(const std::string& more = "");

// The reverse of base64url(), for reading JWTs.
[[nodiscard]] std::string decode_base64url(std::string_view text);

}  // namespace lastrun::google
