// Vectors of others: RFC 9497 A.1 (ristretto255-SHA512, modes OPRF and VOPRF), RFC 9380 K.3
// (expand_message_xmd with SHA-512) and RFC 9496 A (ristretto255).
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "contacts/oprf/oprf.h"
#include "contacts/oprf/ristretto.h"
#include "unit/contacts_support.h"

namespace ringfence {
namespace {

// RFC 9497 appendix A.1, as in poc/vectors/allVectors.json of cfrg/draft-irtf-cfrg-voprf at
// 43da59f797c92248c0362e4c74cc10a8bd2b7b7d. Batches are lists.
constexpr const char* kSeed = "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3";
constexpr const char* kInfo = "74657374206b6579";

struct SuiteVector {
  OprfMode mode;
  const char* secret;
  const char* public_key;  ///< nullptr: the RFC gives none
};
struct ProtocolVector {
  OprfMode mode;
  std::vector<const char*> inputs, blinds, blinded, evaluated, outputs;
  const char* proof;  ///< nullptr: the mode has none
  const char* random;
};

const SuiteVector kSuites[] = {
    {OprfMode::kOprf, "5ebcea5ee37023ccb9fc2d2019f9d7737be85591ae8652ffa9ef0f4d37063b0e", nullptr},
    {OprfMode::kVoprf, "e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd909",
     "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e"},
};

const std::vector<ProtocolVector>& ProtocolVectors() {
  static const std::vector<ProtocolVector> vectors = {
      {OprfMode::kOprf,
       {"00"},
       {"64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706"},
       {"609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c"},
       {"7ec6578ae5120958eb2db1745758ff379e77cb64fe77b0b2d8cc917ea0869c7e"},
       {"527759c3d9366f277d8c6020418d96bb393ba2afb20ff90df23fb7708264e2f3ab9135e3bd699558"
        "51de4b1f9fe8a0973396719b7912ba9ee8aa7d0b5e24bcf6"},
       nullptr,
       nullptr},
      {OprfMode::kOprf,
       {"5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"},
       {"64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706"},
       {"da27ef466870f5f15296299850aa088629945a17d1f5b7f5ff043f76b3c06418"},
       {"b4cbf5a4f1eeda5a63ce7b77c7d23f461db3fcab0dd28e4e17cecb5c90d02c25"},
       {"f4a74c9c592497375e796aa837e907b1a045d34306a749db9f34221f7e750cb4f2a6413a6bf6fa5e"
        "19ba6348eb673934a722a7ede2e7621306d18951e7cf2c73"},
       nullptr,
       nullptr},
      {OprfMode::kVoprf,
       {"00"},
       {"64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706"},
       {"863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945"},
       {"aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e"},
       {"b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7da4d8527693914139"
        "caee5bd03903af43a491351d23b430948dd50cde10d32b3c"},
       "ddef93772692e535d1a53903db24367355cc2cc78de93b3be5a8ffcc6985dd066d4346421d17bf51"
       "17a2a1ff0fcb2a759f58a539dfbe857a40bce4cf49ec600d",
       "222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e"},
      {OprfMode::kVoprf,
       {"5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"},
       {"64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706"},
       {"cc0b2a350101881d8a4cba4c80241d74fb7dcbfde4a61fde2f91443c2bf9ef0c"},
       {"60a59a57208d48aca71e9e850d22674b611f752bed48b36f7a91b372bd7ad468"},
       {"8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60356f4610bf816f27"
        "afdd84f47719e480906d27ecd994985890e5f539e7ea74b6"},
       "401a0da6264f8cf45bb2f5264bc31e109155600babb3cd4e5af7d181a2c9dc0a67154fabf031fd93"
       "6051dec80b0b6ae29c9503493dde7393b722eafdf5a50b02",
       "222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e"},
      {OprfMode::kVoprf,
       {"00", "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"},
       {"64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706",
        "222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e"},
       {"863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945",
        "90a0145ea9da29254c3a56be4fe185465ebb3bf2a1801f7124bbbadac751e654"},
       {"aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e",
        "cc5ac221950a49ceaa73c8db41b82c20372a4c8d63e5dded2db920b7eee36a2a"},
       {"b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7da4d8527693914139"
        "caee5bd03903af43a491351d23b430948dd50cde10d32b3c",
        "8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60356f4610bf816f27"
        "afdd84f47719e480906d27ecd994985890e5f539e7ea74b6"},
       "cc203910175d786927eeb44ea847328047892ddf8590e723c37205cb74600b0a5ab5337c8eb4ceae"
       "0494c2cf89529dcf94572ed267473d567aeed6ab873dee08",
       "419c4f4f5052c53c45f3da494d2b67b220d02118e0857cdbcf037f9ea84bbe0c"},
  };
  return vectors;
}

// RFC 9380 appendix K.3, the vectors with the short tag.
constexpr std::string_view kExpandTag = "QUUX-V01-CS02-with-expander-SHA512-256";
struct ExpandVector {
  std::string message;
  const char* uniform;
};
const std::vector<ExpandVector>& ExpandVectors() {
  static const std::vector<ExpandVector> vectors = {
      {"", "6b9a7312411d92f921c6f68ca0b6380730a1a4d982c507211a90964c394179ba"},
      {"abc", "0da749f12fbe5483eb066a5f595055679b976e93abe9be6f0f6318bce7aca8dc"},
      {"abcdef0123456789", "087e45a86e2939ee8b91100af1583c4938e0f5fc6c9db4b107b83346bc967f58"},
      {"q128_" + std::string(128, 'q'),
       "7336234ee9983902440f6bc35b348352013becd88938d2afec44311caf8356b3"},
      {"a512_" + std::string(512, 'a'),
       "57b5f7e766d5be68a6bfe1768e3c2b7f1228b3e4b3134956dd73a59b954c66f4"},
      {"",
       "41b037d1734a5f8df225dd8c7de38f851efdb45c372887be655212d07251b921b052b62eaed99b46"
       "f72f2ef4cc96bfaf254ebbbec091e1a3b9e4fb5e5b619d2e0c5414800a1d882b62bb5cd1778f098b"
       "8eb6cb399d5d9d18f5d5842cf5d13d7eb00a7cff859b605da678b318bd0e65ebff70bec88c753b15"
       "9a805d2c89c55961"},
      {"abc",
       "7f1dddd13c08b543f2e2037b14cefb255b44c83cc397c1786d975653e36a6b11bdd7732d8b38adb4"
       "a0edc26a0cef4bb45217135456e58fbca1703cd6032cb1347ee720b87972d63fbf232587043ed290"
       "1bce7f22610c0419751c065922b488431851041310ad659e4b23520e1772ab29dcdeb2002222a363"
       "f0c2b1c972b3efe1"},
      {"abcdef0123456789",
       "3f721f208e6199fe903545abc26c837ce59ac6fa45733f1baaf0222f8b7acb0424814fcb5eecf6c1"
       "d38f06e9d0a6ccfbf85ae612ab8735dfdf9ce84c372a77c8f9e1c1e952c3a61b7567dd0693016af5"
       "1d2745822663d0c2367e3f4f0bed827feecc2aaf98c949b5ed0d35c3f1023d64ad1407924288d366"
       "ea159f46287e61ac"},
      {"q128_" + std::string(128, 'q'),
       "b799b045a58c8d2b4334cf54b78260b45eec544f9f2fb5bd12fb603eaee70db7317bf807c406e263"
       "73922b7b8920fa29142703dd52bdf280084fb7ef69da78afdf80b3586395b433dc66cde048a258e4"
       "76a561e9deba7060af40adf30c64249ca7ddea79806ee5beb9a1422949471d267b21bc88e688e401"
       "4087a0b592b695ed"},
      {"a512_" + std::string(512, 'a'),
       "05b0bfef265dcee87654372777b7c44177e2ae4c13a27f103340d9cd11c86cb2426ffcad5bd96408"
       "0c2aee97f03be1ca18e30a1f14e27bc11ebbd650f305269cc9fb1db08bf90bfc79b42a952b46daf8"
       "10359e7bc36452684784a64952c343c52e5124cd1f71d474d5197fefc571a92929c9084ffe1112cf"
       "5eea5192ebff330b"},
  };
  return vectors;
}

// RFC 9496 appendix A.1: 1 B, 2 B, ... 15 B.
constexpr const char* kMultiples[] = {
    "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
    "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
    "94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259",
    "da80862773358b466ffadfe0b3293ab3d9fd53c5ea6c955358f568322daf6a57",
    "e882b131016b52c1d3337080187cf768423efccbb517bb495ab812c4160ff44e",
    "f64746d3c92b13050ed8d80236a7f0007c3b3f962f5ba793d19a601ebb1df403",
    "44f53520926ec81fbd5a387845beb7df85a96a24ece18738bdcfa6a7822a176d",
    "903293d8f2287ebe10e2374dc1a53e0bc887e592699f02d077d5263cdd55601c",
    "02622ace8f7303a31cafc63f8fc48fdc16e1c8c8d234b2f0d6685282a9076031",
    "20706fd788b2720a1ed2a5dad4952b01f413bcf0e7564de8cdc816689e2db95f",
    "bce83f8ba5dd2fa572864c24ba1810f9522bc6004afe95877ac73241cafdab42",
    "e4549ee16b9aa03099ca208c67adafcafa4c3f3e4e5303de6026e3ca8ff84460",
    "aa52e000df2e16f55fb1032fc33bc42742dad6bd5a8fc0be0167436c5948501f",
    "46376b80f409b29dc2b5f6f0c52591990896e5716f41477cd30085ab7f10301e",
    "e0c418f7c8d9c4cdd7395b93ea124f3ad99021bb681dfc3302a9d99a2e53e64e",
};

// RFC 9496 appendix A.3: 64 bytes and the element they are mapped to.
struct MapVector {
  const char* uniform;
  const char* element;
};
constexpr MapVector kMaps[] = {
    {"5d1be09e3d0c82fc538112490e35701979d99e06ca3e2b5b54bffe8b4dc772c1"
     "4d98b696a1bbfb5ca32c436cc61c16563790306c79eaca7705668b47dffe5bb6",
     "3066f82a1a747d45120d1740f14358531a8f04bbffe6a819f86dfe50f44a0a46"},
    {"f116b34b8f17ceb56e8732a60d913dd10cce47a6d53bee9204be8b44f6678b27"
     "0102a56902e2488c46120e9276cfe54638286b9e4b3cdb470b542d46c2068d38",
     "f26e5b6f7d362d2d2a94c5d0e7602cb4773c95a2e5c31a64f133189fa76ed61b"},
    {"8422e1bbdaab52938b81fd602effb6f89110e1e57208ad12d9ad767e2e25510c"
     "27140775f9337088b982d83d7fcf0b2fa1edffe51952cbe7365e95c86eaf325c",
     "006ccd2a9e6867e6a2c5cea83d3302cc9de128dd2a9a57dd8ee7b9d7ffe02826"},
    {"ac22415129b61427bf464e17baee8db65940c233b98afce8d17c57beeb7876c2"
     "150d15af1cb1fb824bbd14955f2b57d08d388aab431a391cfc33d5bafb5dbbaf",
     "f8f0c87cf237953c5890aec3998169005dae3eca1fbb04548c635953c817f92a"},
    {"165d697a1ef3d5cf3c38565beefcf88c0f282b8e7dbd28544c483432f1cec767"
     "5debea8ebb4e5fe7d6f6e5db15f15587ac4d4d4a1de7191e0c1ca6664abcc413",
     "ae81e7dedf20a497e10c304a765c1767a42d6e06029758d2d7e8ef7cc4c41179"},
    {"a836e6c9a9ca9f1e8d486273ad56a78c70cf18f0ce10abb1c7172ddd605d7fd2"
     "979854f47ae1ccf204a33102095b4200e5befc0465accc263175485f0e17ea5c",
     "e2705652ff9f5e44d3e841bf1c251cf7dddb77d140870d1ab2ed64f1a9ce8628"},
    {"2cdc11eaeb95daf01189417cdddbf95952993aa9cb9c640eb5058d09702c7462"
     "2c9965a697a3b345ec24ee56335b556e677b30e6f90ac77d781064f866a3c982",
     "80bd07262511cdde4863f8a7434cef696750681cb9510eea557088f76d9e5065"},
};

std::vector<Element> ElementsOf(const std::vector<const char*>& hexes) {
  std::vector<Element> elements;
  elements.reserve(hexes.size());
  for (const char* hex : hexes) elements.push_back(ArrayOf<32>(hex));
  return elements;
}

OprfKeyPair PairOf(OprfMode mode) {
  OprfKeyPair pair;
  const std::vector<uint8_t> info = FromHex(kInfo);
  REQUIRE(DeriveKeyPair(mode, FromHex(kSeed),
                        {reinterpret_cast<const char*>(info.data()), info.size()}, &pair));
  return pair;
}

TEST_CASE("RFC 9497: key pairs") {
  for (const SuiteVector& suite : kSuites) {
    const OprfKeyPair pair = PairOf(suite.mode);
    CHECK(ToHex(pair.secret) == suite.secret);
    if (suite.public_key != nullptr) CHECK(ToHex(pair.public_key) == suite.public_key);
  }
}

TEST_CASE("RFC 9497: blinding, evaluation, finalising, the direct way") {
  CHECK(ProtocolVectors().size() == 5);
  for (const ProtocolVector& vector : ProtocolVectors()) {
    const OprfKeyPair pair = PairOf(vector.mode);
    const std::vector<Element> blinded = ElementsOf(vector.blinded);
    std::vector<Element> evaluated(blinded.size());
    size_t bad = 99;
    REQUIRE(EvaluateBlinded(pair.secret, blinded, evaluated, &bad));
    CHECK(evaluated == ElementsOf(vector.evaluated));
    for (size_t i = 0; i < blinded.size(); ++i) {
      const std::vector<uint8_t> input = FromHex(vector.inputs[i]);
      const Scalar blind = ArrayOf<32>(vector.blinds[i]);
      Element element;
      REQUIRE(Blind(vector.mode, input, blind, &element));
      CHECK(ToHex(element) == vector.blinded[i]);
      OprfOutput output;
      REQUIRE(Finalize(input, blind, evaluated[i], &output));
      CHECK(ToHex(output) == vector.outputs[i]);
      REQUIRE(EvaluateDirect(vector.mode, pair.secret, input, &output));
      CHECK(ToHex(output) == vector.outputs[i]);
    }
  }
}

TEST_CASE("RFC 9497: proofs, byte for byte") {
  int proofs = 0;
  for (const ProtocolVector& vector : ProtocolVectors()) {
    if (vector.proof == nullptr) continue;
    ++proofs;
    const OprfKeyPair pair = PairOf(vector.mode);
    const std::vector<Element> blinded = ElementsOf(vector.blinded);
    const std::vector<Element> evaluated = ElementsOf(vector.evaluated);
    const OprfProof proof =
        Prove(vector.mode, pair, blinded, evaluated, ArrayOf<32>(vector.random));
    CHECK(ToHex(proof) == vector.proof);
    CHECK(VerifyProof(vector.mode, pair.public_key, blinded, evaluated, proof));
    CHECK_FALSE(VerifyProof(OprfMode::kOprf, pair.public_key, blinded, evaluated, proof));
  }
  CHECK(proofs == 3);
}

TEST_CASE("RFC 9380: expand_message_xmd with SHA-512") {
  CHECK(ExpandVectors().size() == 10);
  for (const ExpandVector& vector : ExpandVectors()) {
    std::vector<uint8_t> out(std::string_view(vector.uniform).size() / 2);
    const std::span<const uint8_t> whole[] = {BytesOf(vector.message)};
    ExpandMessageXmd(whole, kExpandTag, out);
    CHECK(ToHex(out) == vector.uniform);
    // A message in parts is the same message.
    const size_t half = vector.message.size() / 2;
    const std::span<const uint8_t> parts[] = {
        BytesOf(vector.message).first(half), {}, BytesOf(vector.message).subspan(half)};
    std::fill(out.begin(), out.end(), uint8_t{0});
    ExpandMessageXmd(parts, kExpandTag, out);
    CHECK(ToHex(out) == vector.uniform);
  }
}

TEST_CASE("RFC 9496: multiples of the generator") {
  const Element generator = ArrayOf<32>(kMultiples[0]);
  Scalar scalar{};
  CHECK(MultiplyBase(scalar) == Element{});
  Element product;
  CHECK_FALSE(Multiply(scalar, generator, &product));
  Element sum{};
  for (const char* multiple : kMultiples) {
    ++scalar[0];
    sum = Add(sum, generator);
    CHECK(ToHex(MultiplyBase(scalar)) == multiple);
    CHECK(ToHex(sum) == multiple);
    REQUIRE(Multiply(scalar, generator, &product));
    CHECK(ToHex(product) == multiple);
    CHECK(IsElement(product));
  }
}

TEST_CASE("RFC 9496: bad encodings are refused") {
  size_t refused = 0;
  const Scalar one = {1};
  for (const char* encoding : kBadEncodings) {
    const Element element = ArrayOf<32>(encoding);
    Element product;
    refused += !IsElement(element) && !Multiply(one, element, &product) ? 1 : 0;
  }
  CHECK(refused == 29);
}

TEST_CASE("RFC 9496: the one-way map") {
  for (const MapVector& vector : kMaps) {
    CHECK(ToHex(MapToElement(ArrayOf<64>(vector.uniform))) == vector.element);
  }
}

}  // namespace
}  // namespace ringfence
