// Sums of exponentials over a vocabulary-sized row of logits, in float64.
#pragma once
#include <cstdint>
#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__linux__)
#define LABELSCOPE_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define LABELSCOPE_CLONES
#endif

/// exp(x) for x in [-700, 0] to about 2 ulp: range reduction by ln 2 in two parts, then a polynomial (Taylor, degree 12,
/// |r| <= ln 2 / 2, so the first dropped term is below 2e-16). Written without branches so that compilers vectorise it;
/// libm's exp is not vectorised unless the whole file gives up IEEE rules.
static inline __attribute__((always_inline)) double exp_nonpositive(double x) {
    const double magic = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to an integer in the low bits
    const double shifted = x * 1.4426950408889634074 + magic;
    const double k = shifted - magic;
    const double r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
    double p = 1.0 / 479001600;
    p = p * r + 1.0 / 39916800;
    p = p * r + 1.0 / 3628800;
    p = p * r + 1.0 / 362880;
    p = p * r + 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    uint64_t bits;
    std::memcpy(&bits, &shifted, 8);
    uint64_t scale_bits = (bits << 52) + 0x3ff0000000000000ull;  // 2^k
    double scale;
    std::memcpy(&scale, &scale_bits, 8);
    return p * scale;
}

struct ExpSums {
    double weight;        // sum of exp(l - max)
    double weighted_gap;  // sum of exp(l - max) * (l - max), 0 or negative
};

/// One pass over the row. Gaps below -700 (also -inf) count as -700: their weight is below 1e-304.
LABELSCOPE_CLONES static ExpSums exp_sums(const float* logits, int n, float max) {
    constexpr int lanes = 8;
    double weight[lanes] = {0}, gap[lanes] = {0};
    const int whole = n - n % lanes;
    for (int i = 0; i < whole; i += lanes) {
        for (int j = 0; j < lanes; j++) {
            double d = static_cast<double>(logits[i + j]) - static_cast<double>(max);
            d = d > -700.0 ? d : -700.0;
            const double w = exp_nonpositive(d);
            weight[j] += w;
            gap[j] += w * d;
        }
    }
    for (int i = whole; i < n; i++) {
        double d = static_cast<double>(logits[i]) - static_cast<double>(max);
        d = d > -700.0 ? d : -700.0;
        const double w = exp_nonpositive(d);
        weight[0] += w;
        gap[0] += w * d;
    }
    ExpSums sums{0, 0};
    for (int j = 0; j < lanes; j++) {
        sums.weight += weight[j];
        sums.weighted_gap += gap[j];
    }
    return sums;
}

/// Largest logit of the row, and whether any entry is NaN. Integer test, so that no compiler flag can remove it.
LABELSCOPE_CLONES static float max_logit(const float* logits, int n, bool* has_nan) {
    constexpr int lanes = 16;
    float best[lanes];
    uint32_t nan[lanes];
    for (int j = 0; j < lanes; j++) {
        best[j] = -__builtin_inff();
        nan[j] = 0;
    }
    const int whole = n - n % lanes;
    for (int i = 0; i < whole; i += lanes) {
        for (int j = 0; j < lanes; j++) {
            uint32_t bits;
            std::memcpy(&bits, logits + i + j, 4);
            nan[j] |= (bits & 0x7fffffffu) > 0x7f800000u ? 1u : 0u;
            best[j] = logits[i + j] > best[j] ? logits[i + j] : best[j];
        }
    }
    for (int i = whole; i < n; i++) {
        uint32_t bits;
        std::memcpy(&bits, logits + i, 4);
        nan[0] |= (bits & 0x7fffffffu) > 0x7f800000u ? 1u : 0u;
        best[0] = logits[i] > best[0] ? logits[i] : best[0];
    }
    float max = best[0];
    uint32_t any = 0;
    for (int j = 0; j < lanes; j++) {
        max = best[j] > max ? best[j] : max;
        any |= nan[j];
    }
    *has_nan = any != 0;
    return max;
}
