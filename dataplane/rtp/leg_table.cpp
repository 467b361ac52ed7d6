#include "rtp/leg_table.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace strowger::rtp {
namespace {

// Hot lines lie in large pages where the kernel gives them: with half a million legs, small ones cost each
// packet a walk of the page tables (bench/pipeline). A media address in use takes one at least.
constexpr std::size_t kLargePage = std::size_t{2} << 20;

std::size_t small_page() {
    return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// Address space without memory behind it, readable nowhere yet; it starts on a page of that size.
void* reserve(std::size_t bytes, std::size_t page = small_page()) {
    const std::size_t spare = page - small_page();
    void* got = ::mmap(nullptr, bytes + spare, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (got == MAP_FAILED) return nullptr;
    char* const start = static_cast<char*>(got);
    const std::size_t before = (page - reinterpret_cast<std::uintptr_t>(start) % page) % page;
    if (before != 0) ::munmap(start, before);
    if (spare != before) ::munmap(start + before + bytes, spare - before);
    return start + before;
}

// Lets [first, last) of an array of T at `base` be used; widened to pages.
template <typename T>
bool enable(T* base, std::size_t first, std::size_t last, std::size_t page = small_page()) {
    const std::size_t from = first * sizeof(T) / page * page;
    const std::size_t to = (last * sizeof(T) + page - 1) / page * page;
    return ::mprotect(reinterpret_cast<char*>(base) + from, to - from, PROT_READ | PROT_WRITE) == 0;
}

template <typename T>
std::size_t bytes_of(std::size_t n, std::size_t page = small_page()) {
    return (n * sizeof(T) + page - 1) / page * page;
}

}  // namespace

LegTable::LegTable(WorkerId worker, std::uint16_t workers)
    : worker_(worker),
      workers_(workers == 0 ? 1u : workers),
      reciprocal_(((std::uint64_t{1} << 32) + workers_ - 1) / workers_),
      blocks_(std::make_unique<Block[]>(kMaxAddresses)),
      live_(static_cast<rings::LegId*>(reserve(bytes_of<rings::LegId>(kMaxLive)))) {
    if (live_ != nullptr && !enable(live_, 0, kMaxLive)) {
        ::munmap(live_, bytes_of<rings::LegId>(kMaxLive));
        live_ = nullptr;
    }
}

LegTable::~LegTable() {
    for (std::size_t i = 0; i < kMaxAddresses; ++i) {
        Leg* hot = blocks_[i].hot.load();
        if (hot == nullptr) continue;
        ::munmap(hot, bytes_of<Leg>(slots(), kLargePage));
        ::munmap(blocks_[i].cold, bytes_of<LegCold>(slots()));
    }
    if (live_ != nullptr) ::munmap(live_, bytes_of<rings::LegId>(kMaxLive));
}

bool LegTable::add_address(MediaAddressId address, std::uint16_t low, std::uint16_t high) noexcept {
    if (index(address) >= kMaxAddresses || low > high) return false;
    Block& block = blocks_[index(address)];
    Leg* hot = block.hot.load(std::memory_order_relaxed);
    LegCold* cold = block.cold;
    if (hot == nullptr) {
        hot = static_cast<Leg*>(reserve(bytes_of<Leg>(slots(), kLargePage), kLargePage));
        if (hot != nullptr) ::madvise(hot, bytes_of<Leg>(slots(), kLargePage), MADV_HUGEPAGE);  // a wish
        cold = static_cast<LegCold*>(reserve(bytes_of<LegCold>(slots())));
    } else {
        const std::uint32_t range = block.range.load(std::memory_order_relaxed);
        low = std::min(low, static_cast<std::uint16_t>(range >> 16));
        high = std::max(high, static_cast<std::uint16_t>(range));
    }
    const std::size_t first = (low >> 1u) / workers_;
    const std::size_t last = (high >> 1u) / workers_ + 1;
    const bool usable = hot != nullptr && cold != nullptr && enable(hot, first, last, kLargePage) &&
                        enable(cold, first, last);
    if (!usable && block.hot.load(std::memory_order_relaxed) == nullptr) {
        if (hot != nullptr) ::munmap(hot, bytes_of<Leg>(slots(), kLargePage));
        if (cold != nullptr) ::munmap(cold, bytes_of<LegCold>(slots()));
    }
    if (!usable) return false;
    if (block.cold != cold) block.cold = cold;  // a worker may be reading it
    block.range.store(static_cast<std::uint32_t>(low) << 16 | high, std::memory_order_relaxed);
    block.hot.store(hot, std::memory_order_release);
    return true;
}

bool LegTable::enlist(LegRef leg) noexcept {
    if (live_ == nullptr || live_count_ == kMaxLive) return false;
    leg.cold->live_index = static_cast<std::uint32_t>(live_count_);
    live_[live_count_++] = leg.cold->self;
    return true;
}

void LegTable::delist(LegRef leg) noexcept {
    const std::uint32_t hole = leg.cold->live_index;
    live_[hole] = live_[--live_count_];
    if (hole < live_count_) find(live_[hole]).cold->live_index = hole;
}

}  // namespace strowger::rtp
