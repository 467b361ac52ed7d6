#include "port_text.hpp"

#include <charconv>

namespace strowger::callgun {

bool parse_port(std::string_view text, Side& out, std::string& error) {
    const std::string all(text);
    const auto refuse = [&](const char* why) {
        error = "'" + all + "' is no port: " + why +
                "; write af_xdp:INTERFACE[@NETNS], memif:SOCKET[,server][,tap=NAME][,prefix=LENGTH][@NETNS], "
                "or loop";
        return false;
    };
    out.port = {};
    out.netns.clear();
    out.port.name = all;
    if (text == "loop") {
        out.port.driver = PortDriver::ring;
        out.port.name = "loop";
        return true;
    }
    if (const auto at = text.rfind('@'); at != std::string_view::npos) {
        out.netns = text.substr(at + 1);
        text = text.substr(0, at);
        if (out.netns.empty() || out.netns.find('/') != std::string::npos)
            return refuse("no namespace after @");
    }
    const auto colon = text.find(':');
    const std::string_view driver = text.substr(0, colon);
    std::string_view rest = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
    if (rest.empty()) return refuse("nothing after the driver");
    if (driver == "af_xdp") {
        out.port.driver = PortDriver::af_xdp;
        out.port.interface = rest;
        return true;
    }
    if (driver != "memif") return refuse("there is no such driver");
    out.port.driver = PortDriver::memif;
    out.port.interface = "callgun0";
    const auto comma = rest.find(',');
    out.port.device = rest.substr(0, comma);
    while (comma != std::string_view::npos && !rest.empty()) {
        const auto next = rest.find(',');
        rest = next == std::string_view::npos ? std::string_view{} : rest.substr(next + 1);
        const std::string_view part = rest.substr(0, rest.find(','));
        if (part == "server") {
            out.port.memif_server = true;
        } else if (part.starts_with("tap=") && part.size() > 4 && part.size() < 4 + 16) {
            out.port.interface = part.substr(4);
        } else if (part.starts_with("prefix=")) {
            const auto number = part.substr(7);
            const auto [end, failed] =
                std::from_chars(number.data(), number.data() + number.size(), out.prefix);
            if (failed != std::errc{} || end != number.data() + number.size() || out.prefix > 128)
                return refuse("no prefix length from 0 to 128");
        } else if (!part.empty()) {
            return refuse("an unknown setting of memif");
        }
    }
    return true;
}

}  // namespace strowger::callgun
