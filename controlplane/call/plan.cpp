#include "call/plan.hpp"

#include <algorithm>

namespace strowger::call {

Outcome outcome_of(std::uint16_t status, bool answered, bool rang) {
    switch (status) {
        case 486:
        case 600:
            return Outcome::busy;
        case 408:
        case 480:
        case 487:
            return rang ? Outcome::no_answer : Outcome::unreachable;
        case 430:  // RFC 5626 11.5: flow failed
            return Outcome::unreachable;
        default:
            break;
    }
    if (status >= 500 && status < 600) {
        if (rang) return Outcome::rejected;
        return answered ? Outcome::failed : Outcome::unreachable;
    }
    return Outcome::rejected;
}

const Step* take_step(Plan& plan) {
    while (plan.next < plan.steps.size()) {
        const auto& step = plan.steps[plan.next++];
        if (plan.final && step.destination.empty()) continue;
        if ((step.after & bit(plan.outcome)) != 0) return &step;
    }
    return nullptr;
}

void note_outcome(Plan& plan, Outcome outcome) {
    plan.outcome = std::max(plan.outcome, outcome);
}

const char* diversion_reason(Outcome outcome) {
    switch (outcome) {
        case Outcome::none:
            return "unconditional";
        case Outcome::failed:
        case Outcome::unreachable:
            return "unavailable";
        case Outcome::busy:
            return "user-busy";
        case Outcome::rejected:
            return "deflection";
        case Outcome::no_answer:
            return "no-answer";
    }
    return "unknown";
}

std::uint16_t diversion_cause(Outcome outcome) {
    switch (outcome) {
        case Outcome::none:
            return 302;
        case Outcome::failed:
        case Outcome::unreachable:
            return 503;
        case Outcome::busy:
            return 486;
        case Outcome::rejected:
            return 480;
        case Outcome::no_answer:
            return 408;
    }
    return 404;
}

}  // namespace strowger::call
