#include "tap_addresses.hpp"

#include <linux/if_addr.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/socket.h>

#include <memory>

namespace strowger::callgun {

bool give_addresses(int ifindex, std::span<const wire::IpAddress> addresses, std::uint8_t prefix,
                    std::string& error) {
    const std::unique_ptr<nl_sock, void (*)(nl_sock*)> socket(nl_socket_alloc(), nl_socket_free);
    int result = socket == nullptr ? -NLE_NOMEM : nl_connect(socket.get(), NETLINK_ROUTE);
    for (const wire::IpAddress& address : addresses) {
        if (result < 0) break;
        const bool v4 = address.is_v4();
        nl_addr* local =
            nl_addr_build(v4 ? AF_INET : AF_INET6, address.bytes.data() + (v4 ? 12 : 0), v4 ? 4 : 16);
        rtnl_addr* entry = rtnl_addr_alloc();
        if (local == nullptr || entry == nullptr) {
            result = -NLE_NOMEM;
        } else {
            nl_addr_set_prefixlen(local, prefix);
            rtnl_addr_set_ifindex(entry, ifindex);
            rtnl_addr_set_local(entry, local);
            if (!v4) rtnl_addr_set_flags(entry, IFA_F_NODAD);
            result = rtnl_addr_add(socket.get(), entry, 0);
        }
        if (local != nullptr) nl_addr_put(local);
        if (entry != nullptr) rtnl_addr_put(entry);
        if (result == -NLE_EXIST) result = 0;
    }
    if (result >= 0) return true;
    error = std::string("the kernel does not take our addresses: ") + nl_geterror(result);
    return false;
}

}  // namespace strowger::callgun
