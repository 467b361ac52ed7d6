// A call through the stateless proxy between two sides that have proxies of their own: what each side's last
// proxy sends us, and what it gets.
#pragma once

#include <string>
#include <vector>

#include "sip_lines.hpp"
#include "stateless_realms.hpp"
#include "worker_fixture.hpp"

namespace strowger::test {

std::vector<std::string> elements(const std::vector<std::string>& lines);

class HiddenCall : public WorkerTest {
  protected:
    struct Left {
        PortId port{};
        Parsed frame;
        std::string text;
    };
    // One side. `marks` are texts that belong to it alone.
    struct Side {
        PortId port{};
        RealmId realm{};
        std::string source;
        std::string ours;
        std::string contact;                     // header value
        std::string uri;                         // within it
        std::vector<std::string> vias;           // below the topmost, lines
        std::vector<std::string> record_routes;  // lines, as its proxies wrote them
        std::vector<std::string> marks;
        std::string tag;
        // What it learned of the dialog.
        std::string target;
        std::vector<std::string> route_set;  // elements, from ours on
    };
    HiddenCall();

    void hide(bool from_access, bool from_core);
    [[nodiscard]] bool hides(const Side& from) const { return tables.proxy.realms[index(from.realm)].hides; }

    std::vector<Left> pass(const Side& from, std::string_view text);
    Left only(const Side& from, std::string_view text);
    // Nothing leaves.
    void expect_none(const Side& from, std::string_view text) { EXPECT_TRUE(pass(from, text).empty()); }

    // A request outside a dialog from the caller; the callee learns of it.
    Left begin(std::string_view method = "INVITE", std::string_view uri = "sip:2000@lab.example",
               const std::string& extra = "");
    // The callee's answer to `request` as it got it; the caller learns of it when it bears a Contact.
    Left answer(const Left& request, int status, const std::string& extra = "");
    // A request within the dialog.
    std::string within(const Side& from, std::string_view method, const std::string& extra = "");
    // Sends it, and expects it at the other side as that side's own user agent and proxies know it.
    Left send_within(const Side& from, const Side& to, std::string_view method,
                     const std::string& extra = "");
    // Its answer, back to where it came from.
    Left answer_within(const Side& asked, const Side& asker, const Left& request, int status = 200);

    void expect_nothing_of(const Side& side, const std::string& text);
    // A message that arrived at `to` shows nothing of `from` if it must not.
    void expect_hidden(const Side& from, const Side& to, const Left& left);

    Side caller;
    Side callee;
    std::string call_id = "call-1";
    std::string branch = "z9hG4bKtest";
};

}  // namespace strowger::test
