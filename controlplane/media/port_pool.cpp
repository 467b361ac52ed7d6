#include "media/port_pool.hpp"

#include <algorithm>

namespace strowger::media {

PortPools::PortPools(std::size_t workers, Nanoseconds quarantine)
    : workers_(workers == 0 ? 1 : workers), quarantine_(quarantine) {}

void PortPools::configure(MediaAddressId address, std::uint16_t low, std::uint16_t high) {
    if (index(address) >= pools_.size()) pools_.resize(index(address) + 1);
    auto& of_address = pools_[index(address)];
    if (!of_address.empty()) return;
    of_address.resize(workers_);
    for (std::size_t w = 0; w < workers_; ++w) {
        std::uint32_t first = low + (low & 1u);
        // Dataplane::owner(): the port's index among even ports, modulo workers.
        while ((first >> 1) % workers_ != w) first += 2;
        of_address[w].fresh = first;
        of_address[w].high = high;
    }
}

PortPools::Pool* PortPools::pool(MediaAddressId address, WorkerId worker) {
    if (index(address) >= pools_.size() || index(worker) >= pools_[index(address)].size()) return nullptr;
    return &pools_[index(address)][index(worker)];
}

std::uint16_t PortPools::take(MediaAddressId address, WorkerId worker, Nanoseconds now) {
    auto* p = pool(address, worker);
    if (p == nullptr) return 0;
    if (p->fresh + 1 <= p->high) {
        const auto port = static_cast<std::uint16_t>(p->fresh);
        p->fresh += static_cast<std::uint32_t>(2 * workers_);
        ++in_use_;
        return port;
    }
    if (p->resting.empty() || now - p->resting.front().since < quarantine_) {
        ++exhausted_;
        return 0;
    }
    const auto port = p->resting.front().port;
    p->resting.pop_front();
    ++in_use_;
    return port;
}

void PortPools::give_back(MediaAddressId address, std::uint16_t port, Nanoseconds now) {
    auto* p = pool(address, static_cast<WorkerId>((port >> 1) % workers_));
    if (p == nullptr || port == 0) return;
    p->resting.push_back({port, now});
    --in_use_;
}

void PortPools::put_back(MediaAddressId address, std::uint16_t port) {
    auto* p = pool(address, static_cast<WorkerId>((port >> 1) % workers_));
    if (p == nullptr || port == 0) return;
    if (p->fresh == port + 2 * workers_)
        p->fresh = port;
    else
        p->resting.push_front({port, -quarantine_});
    --in_use_;
}

bool PortPools::has_free(MediaAddressId address, Nanoseconds now) const {
    if (index(address) >= pools_.size()) return false;
    return std::any_of(pools_[index(address)].begin(), pools_[index(address)].end(), [&](const Pool& p) {
        return p.fresh + 1 <= p.high || (!p.resting.empty() && now - p.resting.front().since >= quarantine_);
    });
}

std::size_t PortPools::available(MediaAddressId address, WorkerId worker, Nanoseconds now) const {
    if (index(address) >= pools_.size() || index(worker) >= pools_[index(address)].size()) return 0;
    const auto& p = pools_[index(address)][index(worker)];
    const auto step = 2 * workers_;
    std::size_t n = p.fresh + 1 <= p.high ? (p.high - 1 - p.fresh) / step + 1 : 0;
    for (const auto& rested : p.resting) {
        if (now - rested.since < quarantine_) break;
        ++n;
    }
    return n;
}

}  // namespace strowger::media
