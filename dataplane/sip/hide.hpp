// What a message that leaves shows of the side that it came from, where that is hidden from its peers (option
// hide_topology). What route sets and Vias show is changed where they are written (change_request.hpp,
// answer_routes.hpp); this is the rest. Rules and reasons: docs/decisions/0060-hidden-topology.md.
#pragma once

#include "sip/rewrite.hpp"
#include "sip/text.hpp"
#include "strowger/tables/tables.hpp"

namespace strowger::sip {

struct Hiding {
    const tables::Tables& tables;
    const wire::SipMessage& message;
    ListenerId in;           // that it came to
    ListenerId out;          // that it leaves from
    wire::IpAddress sender;  // its source
    MessageText& text;
    Edits& edits;
};

// Contact: each URI becomes one of ours that stands for it. Referred-By, Diversion, History-Info and
// P-Asserted-Identity: the sender's address becomes ours. Warning: its agent becomes us. Refer-To: an address
// becomes a URI of ours. False: a Contact that is too long.
[[nodiscard]] bool hide_headers(const Hiding& h) noexcept;

// A Refer-To that stands for the Contact of somebody on the other side becomes that again; where the message
// leaves to peers who must not see it, it becomes a URI of ours toward them.
[[nodiscard]] bool translate_refer_to(const Hiding& h, bool hides) noexcept;

// Whether remove_private() takes that field out.
[[nodiscard]] bool is_removed(const tables::ProxyRealm& to, std::string_view name) noexcept;

}  // namespace strowger::sip
