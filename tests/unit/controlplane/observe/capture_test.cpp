#include "observe/capture.hpp"

#include <gtest/gtest.h>

#include "observe/trace.hpp"

namespace strowger::observe {
namespace {

using namespace std::string_literals;

std::string u32(std::uint32_t value, bool swapped = false) {
    if (swapped) value = __builtin_bswap32(value);
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

// IPv4, 10.0.0.9:5070 to 10.0.0.1:5060, UDP, "OPTIONS".
const std::string kDatagram =
    "\x45\x00\x00\x23\x00\x00\x00\x00\x40\x11\x00\x00\x0a\x00\x00\x09\x0a\x00\x00\x01"
    "\x13\xce\x13\xc4\x00\x0f\x00\x00OPTIONS"s;
const std::string kMacs(12, '\x02');

std::string pcap(std::uint32_t link, const std::string& packet, bool swapped = false) {
    return u32(0xa1b2c3d4, swapped) + std::string(16, '\0') + u32(link, swapped) + std::string(8, '\0') +
           u32(static_cast<std::uint32_t>(packet.size()), swapped) +
           u32(static_cast<std::uint32_t>(packet.size()), swapped) + packet;
}

struct Read {
    std::string error;
    CapturedPacket packet;
    bool is_capture;  // last: read_capture() fills the two above
    explicit Read(const std::string& file) : is_capture(read_capture(file, packet, error)) {}
};

void expect_datagram(const std::string& file, std::uint16_t vlan = 0) {
    const Read read(file);
    EXPECT_TRUE(read.is_capture);
    EXPECT_EQ(read.error, "");
    EXPECT_EQ(read.packet.payload, "OPTIONS");
    EXPECT_EQ(wire::to_string(read.packet.source), "10.0.0.9:5070");
    EXPECT_EQ(wire::to_string(read.packet.destination), "10.0.0.1:5060");
    EXPECT_EQ(read.packet.network, kDatagram);
    EXPECT_EQ(read.packet.vlan, vlan);
}

TEST(Capture, EveryLinkTypeAndByteOrderOfPcap) {
    expect_datagram(pcap(1, kMacs + "\x08\x00"s + kDatagram));
    expect_datagram(pcap(1, kMacs + "\x08\x00"s + kDatagram, true));
    expect_datagram(pcap(1, kMacs + "\x81\x00\x00\x64\x08\x00"s + kDatagram), 100);
    expect_datagram(pcap(101, kDatagram));
    expect_datagram(pcap(113, std::string(14, '\0') + "\x08\x00"s + kDatagram));
    expect_datagram(pcap(276, "\x08\x00"s + std::string(18, '\0') + kDatagram));
}

TEST(Capture, WhatTraceWrites) {
    Trace trace(10);
    net::Flow flow;
    flow.local = *wire::parse_endpoint("[2001:db8::1]:5060");
    flow.remote = *wire::parse_endpoint("[2001:db8::9]:5070");
    const std::string text =
        "OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:1@x>;tag=1\r\nTo: "
        "<sip:x>\r\n"
        "Call-ID: one\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";
    trace.on_message(false, false, flow, text, kSecond);
    const std::string file = pcapng(trace.find("one"), 0);
    const Read read(file);
    EXPECT_EQ(read.error, "");
    EXPECT_EQ(read.packet.payload, text);
    EXPECT_EQ(read.packet.destination, flow.local);
}

TEST(Capture, AMessageIsNoCapture) {
    EXPECT_FALSE(Read("OPTIONS sip:x SIP/2.0\r\n\r\n").is_capture);
    EXPECT_FALSE(Read("").is_capture);
}

TEST(Capture, WhatIsWrongIsSaid) {
    EXPECT_NE(Read(pcap(105, kDatagram)).error.find("link type 105"), std::string::npos);
    EXPECT_NE(Read(pcap(101, "")).error.find("no IP packet"), std::string::npos);
    EXPECT_NE(Read(pcap(101, kDatagram).substr(0, 30)).error.find("no packet"), std::string::npos);
    EXPECT_NE(Read(pcap(101, kDatagram).substr(0, 60)).error.find("ends within"), std::string::npos);
}

TEST(Capture, PiecesAndOtherProtocolsHaveNoPayload) {
    std::string piece = kDatagram;
    piece[6] = '\x20';
    EXPECT_EQ(Read(pcap(101, piece)).packet.payload, "");
    std::string tcp = kDatagram;
    tcp[9] = '\x06';
    EXPECT_EQ(Read(pcap(101, tcp)).packet.payload, "");
}

// Every cut and every changed octet of both formats: nothing is read outside.
TEST(Capture, NoFileIsTooBroken) {
    Trace trace(10);
    trace.on_message(false, false, {}, "OPTIONS sip:x SIP/2.0\r\nCall-ID: one\r\n\r\n", kSecond);
    for (const std::string& file : {pcap(1, kMacs + "\x08\x00"s + kDatagram), pcapng(trace.find("one"), 0)}) {
        for (std::size_t length = 0; length <= file.size(); ++length) {
            const std::string cut(file.data(), length);
            (void)Read(cut);
            for (const char octet : {'\0', '\x7f', '\xff'}) {
                std::string changed = file;
                if (length < file.size()) changed[length] = octet;
                const Read read(changed);
                EXPECT_LE(read.packet.payload.size(), changed.size());
            }
        }
    }
}

}  // namespace
}  // namespace strowger::observe
