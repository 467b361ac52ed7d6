// What it costs to hide a text (dataplane/sip/seal.hpp), and the cipher alone against OpenSSL's context that
// is initialised again for each text and a job of ipsec-mb. 48 bytes are a Contact, 110 a Via stack of one, 300 one of three.
#include <benchmark/benchmark.h>
#include <intel-ipsec-mb.h>
#include <openssl/evp.h>

#include <array>
#include <string>

#include "sip/seal.hpp"

namespace strowger::bench {
namespace {

const tables::TokenKey kKey{3, true, {0x0123456789abcdef, 0xfedcba9876543210}};
constexpr sip::SealBinding kBinding{
    sip::SealKind::via_stack, 0, "z9hG4bK-s3a00000000123456789abcdef0a1b2c3d4", {}};

void seal(benchmark::State& state) {
    const std::string text(static_cast<std::size_t>(state.range(0)), 'x');
    for (auto _ : state) {
        sip::MessageText out;
        benchmark::DoNotOptimize(sip::seal(kKey, kBinding, text, out));
        benchmark::DoNotOptimize(out.since(0).data());
    }
}
BENCHMARK(seal)->Arg(48)->Arg(110)->Arg(300);

void open(benchmark::State& state) {
    const std::string text(static_cast<std::size_t>(state.range(0)), 'x');
    sip::MessageText sealed;
    if (!sip::seal(kKey, kBinding, text, sealed)) state.SkipWithError("too long");
    for (auto _ : state) {
        sip::OpenedRoom room;
        std::string_view out;
        if (!sip::open_sealed(kKey, kBinding, sealed.since(0), room, out)) state.SkipWithError("not opened");
        benchmark::DoNotOptimize(out.data());
    }
}
BENCHMARK(open)->Arg(48)->Arg(110)->Arg(300);

void cipher(benchmark::State& state) {
    std::string text(static_cast<std::size_t>(state.range(0)), 'x');
    Aes128::Block counter{};
    for (auto _ : state) {
        ++counter[0];
        kKey.seal_cipher.count(counter, text.data(), text.data(), text.size());
        benchmark::DoNotOptimize(text.data());
    }
}
BENCHMARK(cipher)->Arg(48)->Arg(110)->Arg(300);

void cipher_portable(benchmark::State& state) {
    std::string text(static_cast<std::size_t>(state.range(0)), 'x');
    Aes128::Block counter{};
    for (auto _ : state) {
        ++counter[0];
        kKey.seal_cipher.count_portable(counter, text.data(), text.data(), text.size());
        benchmark::DoNotOptimize(text.data());
    }
}
BENCHMARK(cipher_portable)->Arg(110);

void cipher_openssl(benchmark::State& state) {
    std::string text(static_cast<std::size_t>(state.range(0)), 'x');
    std::array<unsigned char, 16> counter{};
    EVP_CIPHER_CTX* ctx = EVP_CIPHER_CTX_new();
    EVP_EncryptInit_ex(ctx, EVP_aes_128_ctr(), nullptr, counter.data(), counter.data());
    auto* const bytes = reinterpret_cast<unsigned char*>(text.data());
    for (auto _ : state) {
        ++counter[0];
        int length = 0;
        EVP_EncryptInit_ex(ctx, nullptr, nullptr, nullptr, counter.data());
        EVP_EncryptUpdate(ctx, bytes, &length, bytes, static_cast<int>(text.size()));
        benchmark::DoNotOptimize(text.data());
    }
    EVP_CIPHER_CTX_free(ctx);
}
BENCHMARK(cipher_openssl)->Arg(48)->Arg(110)->Arg(300);

void cipher_ipsec_mb(benchmark::State& state) {
    std::string text(static_cast<std::size_t>(state.range(0)), 'x');
    auto* const bytes = reinterpret_cast<std::uint8_t*>(text.data());
    std::array<std::uint8_t, 16> counter{};
    IMB_MGR* manager = alloc_mb_mgr(0);
    init_mb_mgr_auto(manager, nullptr);
    alignas(16) std::array<std::uint8_t, 16 * 11> encrypt, decrypt;
    IMB_AES_KEYEXP_128(manager, counter.data(), encrypt.data(), decrypt.data());
    for (auto _ : state) {
        ++counter[0];
        IMB_JOB* job = IMB_GET_NEXT_JOB(manager);
        *job = {};
        job->cipher_mode = IMB_CIPHER_CNTR;
        job->cipher_direction = IMB_DIR_ENCRYPT;
        job->chain_order = IMB_ORDER_CIPHER_HASH;
        job->hash_alg = IMB_AUTH_NULL;
        job->enc_keys = job->dec_keys = encrypt.data();
        job->key_len_in_bytes = job->iv_len_in_bytes = 16;
        job->iv = counter.data();
        job->src = job->dst = bytes;
        job->msg_len_to_cipher_in_bytes = text.size();
        const IMB_JOB* done = IMB_SUBMIT_JOB(manager);
        if (done == nullptr || done->status != IMB_STATUS_COMPLETED) state.SkipWithError("not encrypted");
        benchmark::DoNotOptimize(text.data());
    }
    free_mb_mgr(manager);
}
BENCHMARK(cipher_ipsec_mb)->Arg(48)->Arg(110)->Arg(300);

}  // namespace
}  // namespace strowger::bench

BENCHMARK_MAIN();
