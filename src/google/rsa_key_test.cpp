#include "google/rsa_key.h"

#include <gtest/gtest.h>

#include "google/testing_key.h"

namespace lastrun::google {
namespace {

std::string problem_of(const std::string& pem) {
  const auto key = RsaKey::open(pem);
  return key.ok() ? "none" : key.error().message;
}

// `pem` with one base64 digit of its body changed.
std::string damaged(std::string pem, std::size_t at) {
  pem[at] = pem[at] == 'A' ? 'B' : 'A';
  return pem;
}

TEST(RsaKey, SignsWhatItsPublicHalfVerifies) {
  const auto& testing_key = rsa_testing_key();
  for (const auto& pem : {testing_key.private_pem(), testing_key.private_pem_pkcs1()}) {
    const auto key = RsaKey::open(pem);
    ASSERT_TRUE(key.ok()) << key.error().message;
    const auto signature = key->sign("message");
    ASSERT_TRUE(signature.ok()) << signature.error().message;
    EXPECT_EQ(signature->size(), 256u);
    EXPECT_TRUE(testing_key.verifies("message", *signature));
    EXPECT_FALSE(testing_key.verifies("massage", *signature));
  }
}

TEST(RsaKey, RefusesOtherKindsOfKeysByName) {
  EXPECT_EQ(problem_of(TestingKey("EC").private_pem()),
            "is a key of type EC, but Google's service accounts sign with RSA (RS256)");
  EXPECT_EQ(problem_of(TestingKey("ED25519").private_pem()),
            "is a key of type ED25519, but Google's service accounts sign with RSA (RS256)");
}

TEST(RsaKey, NeverAsksForAPassphrase) {
  EXPECT_EQ(problem_of(rsa_testing_key().encrypted_pem("sesame")),
            "is protected by a passphrase, which lastrun cannot ask for");
}

TEST(RsaKey, RefusesWhatIsNoKey) {
  const std::string no_key = "is not a private key in PEM form (-----BEGIN PRIVATE KEY----- ...)";
  const std::string pem = rsa_testing_key().private_pem();
  for (const auto& text : {std::string("PEM"), std::string(), pem.substr(0, pem.size() / 2),
                           std::string("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n")}) {
    EXPECT_EQ(problem_of(text), no_key);
  }
}

TEST(RsaKey, RefusesADamagedKeyWhereverTheDamageIs) {
  const std::string pem = rsa_testing_key().private_pem();
  for (std::size_t at = 40; at < pem.size() - 40; at += 97) {
    if (pem[at] == '\n') continue;
    EXPECT_NE(problem_of(damaged(pem, at)), "none") << at;
  }
}

TEST(Base64Url, HasNoPaddingAndNoSlashes) {
  EXPECT_EQ(base64url(""), "");
  EXPECT_EQ(base64url("f"), "Zg");
  EXPECT_EQ(base64url("fo"), "Zm8");
  EXPECT_EQ(base64url("foo"), "Zm9v");
  EXPECT_EQ(base64url("\xfb\xff\xfe"), "-__-");
}

}  // namespace
}  // namespace lastrun::google
