// Tokenising an INVITE (start line, fields with their ids, CSeq, Content-Length, control characters checked)
// against a memchr loop that finds lines and colons, and neither ids nor faults: the unit of comparison.
#include <benchmark/benchmark.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "strowger/wire/sip_tokenise.hpp"

namespace {

using namespace strowger::wire;

// An INVITE as telephones send it, about 740 bytes, 14 header lines.
std::string invite(unsigned n) {
    const std::string id = std::to_string(n * 2654435761u);
    std::string body =
        "v=0\r\no=- 3724394400 3724394405 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 "
        "0\r\nm=audio 49170 RTP/AVP 0 8\r\n";
    return "INVITE sip:" + id + "@sip.example.com:5060;transport=udp SIP/2.0\r\n" +
           "Via: SIP/2.0/UDP 198.51.100.1:5060;rport;branch=z9hG4bKPj" + id + "abcdef\r\n" +
           "Max-Forwards: 70\r\n" + "From: \"Alice " + id.substr(0, n % 8) +
           "\" <sip:alice@example.com>;tag=" + id + "\r\n" + "To: <sip:" + id + "@sip.example.com>\r\n" +
           "Contact: <sip:alice@198.51.100.1:5060;ob>\r\n" + "Call-ID: " + id +
           "-6b2c-4f4e@198.51.100.1\r\n" + "CSeq: " + std::to_string(n) + " INVITE\r\n" +
           "Allow: INVITE, ACK, BYE, CANCEL, UPDATE, PRACK, REFER\r\n" +
           "Supported: replaces, 100rel, timer\r\n" + "Session-Expires: 1800\r\n" + "Min-SE: 90\r\n" +
           "User-Agent: Telephone 1." + std::to_string(n % 30) + "\r\n" +
           "Content-Type: application/sdp\r\n" + "Content-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

struct Messages {
    Messages() {
        for (unsigned n = 0; n < 512; ++n) {
            texts.push_back(invite(n + 1));
            texts.back().reserve(texts.back().size() + 64);
        }
    }
    std::vector<std::string> texts;
};
const Messages kMessages;

void memchr_lines(benchmark::State& state) {
    struct Line {
        std::uint16_t start, colon, end;
    };
    Line lines[128];
    std::size_t i = 0;
    for (auto _ : state) {
        const std::string& text = kMessages.texts[i++ % 512];
        const char* const begin = text.data();
        const char* const end = begin + text.size();
        std::size_t n = 0;
        for (const char* at = begin; at < end && n < 128;) {
            const auto* feed =
                static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
            if (feed == nullptr || feed - at <= 1) break;
            const auto* colon =
                static_cast<const char*>(std::memchr(at, ':', static_cast<std::size_t>(feed - at)));
            lines[n++] = {static_cast<std::uint16_t>(at - begin),
                          static_cast<std::uint16_t>(colon ? colon - begin : 0),
                          static_cast<std::uint16_t>(feed - begin)};
            at = feed + 1;
        }
        benchmark::DoNotOptimize(lines);
        benchmark::DoNotOptimize(n);
    }
}
BENCHMARK(memchr_lines);

void twin(benchmark::State& state, TokeniseVariant variant) {
    if (!available(variant)) {
        state.SkipWithError("this CPU has no such instructions");
        return;
    }
    auto view = std::make_unique<SipView>();
    std::size_t i = 0;
    for (auto _ : state) {
        const std::string& text = kMessages.texts[i++ % 512];
        const auto status =
            tokenise_with(variant, text.data(), static_cast<std::uint32_t>(text.size()), *view);
        if (status != TokeniseStatus::ok) state.SkipWithError("not a message");
        benchmark::DoNotOptimize(view->headers);
    }
}
BENCHMARK_CAPTURE(twin, scalar, TokeniseVariant::scalar);
BENCHMARK_CAPTURE(twin, avx2, TokeniseVariant::avx2);
BENCHMARK_CAPTURE(twin, avx512, TokeniseVariant::avx512);

}  // namespace

BENCHMARK_MAIN();
