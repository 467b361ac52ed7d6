// Fragments in, and fragments out.
#include <algorithm>

#include "worker_fixture.hpp"

namespace strowger::test {
namespace {

std::string big_message(std::size_t size) {
    std::string head =
        "OPTIONS sip:lab.example SIP/2.0\r\nVia: SIP/2.0/UDP 10.10.0.99;branch=z9hG4bKbig\r\n"
        "From: <sip:1001@lab.example>;tag=a\r\nTo: <sip:lab.example>\r\nCall-ID: big\r\nCSeq: 1 OPTIONS\r\n";
    const std::size_t body = size - head.size() - 30;
    head += "Content-Length: " + std::to_string(body) + "\r\n\r\n";
    return head + std::string(body, 'b');
}

// The IPv4 fragments of a UDP datagram, in order, `step` bytes each.
std::vector<Frame> fragments(const std::string& payload, std::size_t step) {
    const std::string whole =
        eth().ip("10.10.0.99", "10.10.0.1").udp(5060, 5060).payload(payload).bytes().substr(34);
    std::vector<Frame> out;
    for (std::size_t at = 0; at < whole.size(); at += step) {
        const std::string piece = whole.substr(at, step);
        Frame frame = eth().ip("10.10.0.99", "10.10.0.1");
        if (at == 0) {
            frame.udp(5060, 5060).payload(piece.substr(8));
            frame.fragment(0, at + step < whole.size());
            frame.udp_length(whole.size());
        } else {
            frame.payload(piece).fragment(static_cast<std::uint16_t>(at), at + step < whole.size());
        }
        out.push_back(frame);
    }
    return out;
}

class Fragments : public WorkerTest {};

TEST_F(Fragments, ASixKilobyteMessageArrivesWhole) {
    const std::string text = big_message(6000);
    run(kAccessPort, fragments(text, 1480));
    const auto out = punted();
    ASSERT_EQ(out.size(), 1u);
    EXPECT_EQ(out[0].text, text);
    EXPECT_EQ(moved(Counter::classify_fragments), 5u);
    EXPECT_EQ(moved(Counter::classify_reassembled), 1u);
}

TEST_F(Fragments, OrderDoesNotMatter) {
    const std::string text = big_message(6000);
    auto frames = fragments(text, 1480);
    std::reverse(frames.begin(), frames.end());
    run(kAccessPort, frames);
    const auto out = punted();
    ASSERT_EQ(out.size(), 1u);
    EXPECT_EQ(out[0].text, text);
}

TEST_F(Fragments, TheLargestMessageOfAll) {
    const std::string text = big_message(64'000);
    run(kAccessPort, fragments(text, 1480));
    const auto out = punted();
    ASSERT_EQ(out.size(), 1u);
    EXPECT_EQ(out[0].text.size(), text.size());
}

Frame piece(std::size_t offset, const std::string& bytes, bool more) {
    return eth()
        .ip("10.10.0.99", "10.10.0.1")
        .payload(bytes)
        .fragment(static_cast<std::uint16_t>(offset), more);
}

TEST_F(Fragments, AnOverlapEndsTheDatagram) {
    const auto frames = fragments(big_message(4000), 1480);
    run(kAccessPort, {frames[0], frames[1], piece(1480 + 8, std::string(1480, 'y'), true), frames[2]});
    EXPECT_TRUE(punted().empty());
    EXPECT_EQ(dropped(Drop::classify_fragment_limit), 2u);
    now += 3 * kSecond;
    turn();
    EXPECT_EQ(dropped(Drop::classify_fragment_incomplete), 1u) << "what the last fragment began anew";
}

TEST_F(Fragments, OtherBytesAtTheSamePlaceEndTheDatagram) {
    const auto frames = fragments(big_message(4000), 1480);
    run(kAccessPort, {frames[0], frames[1], piece(1480, std::string(1480, 'y'), true)});
    EXPECT_EQ(dropped(Drop::classify_fragment_limit), 2u);
}

TEST_F(Fragments, DuplicatesOfTheNetworkAreNoOverlap) {
    const std::string text = big_message(4000);
    const auto frames = fragments(text, 1480);
    run(kAccessPort, {frames[1], frames[0], frames[1], frames[0], frames[2]});
    const auto out = punted();
    ASSERT_EQ(out.size(), 1u);
    EXPECT_EQ(out[0].text, text);
    EXPECT_EQ(dropped(Drop::classify_fragment_limit), 0u);
}

// Pieces whose bytes add up to the total, but one of which lies beyond the end: the hole would show what
// another datagram left in the buffer.
TEST_F(Fragments, NothingLiesBeyondTheEnd) {
    const std::string eight(8, 'x');
    for (const auto& order :
         {std::array{0, 1, 2}, std::array{2, 1, 0}, std::array{1, 2, 0}, std::array{2, 0, 1}}) {
        // The first holds a UDP header and nothing else: eight bytes too.
        const std::array all{piece(0, {}, true), piece(1000, eight, true), piece(16, eight, false)};
        for (const int i : order) run(kAccessPort, all[static_cast<std::size_t>(i)]);
        EXPECT_EQ(moved(Counter::classify_reassembled), 0u);
        EXPECT_EQ(dropped(Drop::classify_fragment_limit), 2u);
        now += 3 * kSecond;
        turn();
    }
}

TEST_F(Fragments, TwoLastPiecesMustAgree) {
    run(kAccessPort, {piece(16, std::string(8, 'x'), false), piece(24, std::string(8, 'x'), false)});
    EXPECT_EQ(dropped(Drop::classify_fragment_limit), 2u);
}

TEST_F(Fragments, WhatStaysIncompleteIsDroppedInTime) {
    run(kAccessPort, fragments(big_message(4000), 1480)[0]);
    turn();
    EXPECT_EQ(dropped(Drop::classify_fragment_incomplete), 0u);
    now += 3 * kSecond;
    turn();
    EXPECT_EQ(dropped(Drop::classify_fragment_incomplete), 1u);
}

TEST_F(Fragments, TheOldestGivesWay) {
    std::vector<Frame> flood;
    for (int i = 0; i < 100; ++i)
        flood.push_back(eth()
                            .ip(("10.10.0." + std::to_string(100 + i)).c_str(), "10.10.0.1")
                            .udp(5060, 5060)
                            .payload(std::string(1472, 'x'))
                            .fragment(0, true));
    run(kAccessPort, flood);
    EXPECT_EQ(dropped(Drop::classify_fragment_limit), 36u);
    // A message in the middle of the flood still arrives.
    const std::string text = big_message(6000);
    now += kMillisecond;
    run(kAccessPort, fragments(text, 1480));
    EXPECT_EQ(dropped(Drop::classify_fragment_limit), 1u);
    const auto out = punted();
    ASSERT_EQ(out.size(), 1u);
    EXPECT_EQ(out[0].text, text);
    now += 3 * kSecond;
    turn();
    EXPECT_EQ(dropped(Drop::classify_fragment_incomplete), 63u);
}

// What the control plane sends above the MTU leaves in fragments that make the datagram again.
TEST_F(Fragments, LargeDatagramsLeaveInFragments) {
    for (const auto& [from, to, adjacency] : {std::tuple{"10.10.0.1:5060", "10.10.0.99:5060", 1u},
                                              std::tuple{"[fd10:a::1]:5060", "[fd10:a::99]:5060", 3u}}) {
        const std::string text = big_message(6000);
        worker.sends.push({.source = endpoint(from),
                           .destination = endpoint(to),
                           .interface = InterfaceId{0},
                           .adjacency = AdjacencyId{adjacency},
                           .data = text.data(),
                           .length = static_cast<std::uint32_t>(text.size()),
                           .token = this});
        turn();
        const auto frames = sent(kAccessPort);
        EXPECT_EQ(frames.size(), 5u);
        for (const std::string& frame : frames) EXPECT_LE(frame.size(), 1514u);
        void* token = nullptr;
        EXPECT_EQ(worker.sent.pop({&token, 1}), 1u);
        EXPECT_EQ(token, this);
        // Received by the same code on the other side: addressed to us, they must give the text back.
        std::vector<std::string> back;
        for (std::string frame : frames) back.push_back(swap_addresses(std::move(frame)));
        run_raw(kAccessPort, back);
        const auto out = punted();
        ASSERT_EQ(out.size(), 1u) << from;
        EXPECT_EQ(out[0].text, text);
    }
}

TEST_F(Fragments, SmallDatagramsLeaveWhole) {
    const std::string text = big_message(700);
    worker.sends.push({.source = endpoint("10.10.0.1:5060"),
                       .destination = endpoint("10.10.0.99:5071"),
                       .interface = InterfaceId{0},
                       .adjacency = AdjacencyId{1},
                       .dscp = 24,
                       .data = text.data(),
                       .length = static_cast<std::uint32_t>(text.size())});
    turn();
    const auto frames = sent(kAccessPort);
    ASSERT_EQ(frames.size(), 1u);
    const Parsed parsed = parse(frames[0]);
    EXPECT_EQ(parsed.error, "");
    EXPECT_EQ(parsed.payload, text);
    EXPECT_EQ(parsed.dscp, 24);
    EXPECT_EQ(parsed.destination_mac, kPeerMac);
    EXPECT_EQ(wire::to_string(parsed.destination), "10.10.0.99:5071");
}

TEST_F(Fragments, ADatagramWithoutNextHopIsCounted) {
    worker.sends.push({.source = endpoint("10.10.0.1:5060"),
                       .destination = endpoint("10.10.0.77:5060"),
                       .interface = InterfaceId{0},
                       .adjacency = AdjacencyId{77},
                       .data = "x",
                       .length = 1});
    turn();
    EXPECT_EQ(dropped(Drop::send_no_adjacency), 1u);
}

}  // namespace
}  // namespace strowger::test
