// A leg without a partner: parked, or its partner is in another call just now.
#include "call/features.hpp"
#include "call/join.hpp"
#include "call/session_timer.hpp"

namespace strowger::call {

using wire::Method;

void answer_alone(Engine& e, Call& call, LegIndex index, transaction::ServerId server,
                  const message::Incoming& request) {
    auto& leg = call.legs[index];
    const auto method = request.sip().method();
    const bool parked = call.legs.size() == 1;
    const bool reoffer = method == Method::invite || method == Method::update;
    // The partner comes back, or the call ends, within moments.
    if (!parked) return void(e.layer.respond(server, 500, {}, {}, "Retry-After: 2\r\n"));
    if (!reoffer) return void(e.layer.respond(server, method == Method::options ? 200 : 480));
    if (!has_description(request)) {
        // Nobody is there to offer anything.
        return void(e.layer.respond(server, method == Method::update ? 200 : 488));
    }
    if (!is_quiet(call, index)) return void(e.layer.respond(server, 491));
    dialog::refresh_target(leg.dialog, request.sip());
    const auto lines = agree_session(e, call, index, request) + "Content-Type: application/sdp\r\n";
    const auto answer = hold_answer(e, leg, request);
    if (answer.empty()) return void(e.layer.respond(server, 488));
    e.layer.respond(server, 200, build_response(e, call, leg, leg, request, {}, 200, lines, answer));
}

}  // namespace strowger::call
