// The reference of the benchmark: the same job as `labelscope run`, as a plain loop on the same llama.cpp libraries.
//
//   native-loop MODEL.gguf SEQUENCES THREADS FLASH_ATTENTION(0|1) REDUCE(full|argmax) BUDGET JOB.txt BACKENDS
//
// JOB holds one prompt after another, each ended by byte 1. Every prompt is tokenised whole; what all of them share is
// evaluated once; each answer is decoded greedily until its text holds `"]`, an end token comes or BUDGET tokens are
// chosen; the token that ends an answer is not evaluated. A sequence that ends takes the next prompt at once. At every
// step the full vocabulary is reduced to logsumexp, entropy and the 20 best tokens (`full`) or its best token alone.
//
// Prints one line of JSON. Tokenising and loading are not part of `seconds`.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "exp-sums.h"
#include "ggml-backend.h"
#include "ggml-cpu.h"
#include "llama.h"

using Clock = std::chrono::steady_clock;
static double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

static std::vector<llama_token> tokenize(const llama_vocab* vocab, const std::string& text, bool bos) {
    std::vector<llama_token> tokens(text.size() + 8);
    const int count = llama_tokenize(vocab, text.data(), static_cast<int>(text.size()), tokens.data(),
                                     static_cast<int>(tokens.size()), bos, false);
    tokens.resize(static_cast<size_t>(std::max(count, 0)));
    return tokens;
}

struct Reduced {
    int best = 0;
    double log_sum_exp = 0, entropy = 0;
};

static Reduced reduce(const float* logits, int size, bool full, std::vector<int>& top) {
    Reduced out;
    bool has_nan = false;
    const float max = max_logit(logits, size, &has_nan);
    out.best = static_cast<int>(std::find(logits, logits + size, max) - logits);
    if (!full) return out;
    const auto sums = exp_sums(logits, size, max);
    out.log_sum_exp = max + std::log(sums.weight);
    out.entropy = std::log(sums.weight) - sums.weighted_gap / sums.weight;
    top.clear();
    auto better = [&](int a, int b) { return logits[a] != logits[b] ? logits[a] > logits[b] : a < b; };
    for (int id = 0; id < size; id++) {
        if (top.size() == 20 && !(logits[id] > logits[top.front()])) continue;
        top.push_back(id);
        std::push_heap(top.begin(), top.end(), better);
        if (top.size() > 20) {
            std::pop_heap(top.begin(), top.end(), better);
            top.pop_back();
        }
    }
    return out;
}

struct Lane {
    bool active = false;
    size_t prompt = 0;
    int position = 0, output = 0, chosen = 0;
    llama_token next = 0;
    std::string answer;
};

int main(int count, char** words) {
    if (count != 9) return std::fprintf(stderr, "see the head of native-loop.cpp\n"), 2;
    const std::string model_path = words[1], reduce_mode = words[5], job_path = words[7], backends = words[8];
    const int lanes_wanted = std::atoi(words[2]), threads = std::atoi(words[3]), budget = std::atoi(words[6]);
    const bool flash = std::atoi(words[4]) != 0, full = reduce_mode == "full";

    std::ifstream file(job_path, std::ios::binary);
    const std::string all((std::istreambuf_iterator<char>(file)), {});
    std::vector<std::string> texts;
    for (size_t start = 0, end; (end = all.find('\x01', start)) != std::string::npos; start = end + 1)
        texts.push_back(all.substr(start, end - start));

    llama_log_set([](ggml_log_level, const char*, void*) {}, nullptr);
    ggml_backend_load_all_from_path(backends.c_str());
    llama_backend_init();
    auto model_params = llama_model_default_params();
    model_params.n_gpu_layers = 0;
    auto* model = llama_model_load_from_file(model_path.c_str(), model_params);
    if (model == nullptr || texts.empty()) return std::fprintf(stderr, "no model or no prompts\n"), 1;
    const auto* vocab = llama_model_get_vocab(model);
    const int size = llama_vocab_n_tokens(vocab);

    std::vector<std::vector<llama_token>> prompts;
    for (const auto& text : texts) prompts.push_back(tokenize(vocab, text, llama_vocab_get_add_bos(vocab)));
    size_t shared = prompts[0].size() - 1, longest = 0;
    for (const auto& prompt : prompts) {
        size_t same = 0;
        while (same < shared && same + 1 < prompt.size() && prompt[same] == prompts[0][same]) same++;
        shared = same;
        longest = std::max(longest, prompt.size());
    }
    if (longest - shared > 400) return std::fprintf(stderr, "a prompt has more than 400 tokens of its own\n"), 1;

    const int lanes_count = std::min<int>(lanes_wanted, static_cast<int>(prompts.size()));
    auto params = llama_context_default_params();
    const auto cells = shared + static_cast<size_t>(lanes_count) * (longest - shared + static_cast<size_t>(budget));
    params.n_ctx = static_cast<uint32_t>((cells + 255) / 256 * 256);
    params.n_seq_max = static_cast<uint32_t>(lanes_count + 1);
    params.n_batch = params.n_ubatch = 512;
    params.n_threads = params.n_threads_batch = threads;
    params.flash_attn_type = flash ? LLAMA_FLASH_ATTN_TYPE_ENABLED : LLAMA_FLASH_ATTN_TYPE_DISABLED;
    params.kv_unified = true;
    params.swa_full = true;
    params.no_perf = true;
    auto* context = llama_init_from_model(model, params);
    if (context == nullptr) return std::fprintf(stderr, "no context\n"), 1;
    auto* memory = llama_get_memory(context);
    auto* registry = ggml_backend_dev_backend_reg(ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU));
    auto* new_pool = reinterpret_cast<decltype(ggml_threadpool_new)*>(
        ggml_backend_reg_get_proc_address(registry, "ggml_threadpool_new"));
    if (new_pool != nullptr) {
        auto pool_params = ggml_threadpool_params_default(threads);
        auto* pool = new_pool(&pool_params);
        llama_attach_threadpool(context, pool, pool);
    }

    auto batch = llama_batch_init(512, 0, 1);
    auto add = [&](llama_token token, int position, int sequence, bool wanted) {
        const int i = batch.n_tokens++;
        batch.token[i] = token;
        batch.pos[i] = position;
        batch.n_seq_id[i] = 1;
        batch.seq_id[i][0] = sequence;
        batch.logits[i] = wanted;
        return i;
    };
    double decode_seconds = 0, reduce_seconds = 0, entropy = 0;
    long evaluated = 0, steps = 0, batches = 0;
    auto decode = [&] {
        const auto start = Clock::now();
        if (llama_decode(context, batch) != 0) std::fprintf(stderr, "llama_decode failed\n"), std::exit(1);
        llama_synchronize(context);
        decode_seconds += seconds_since(start);
        evaluated += batch.n_tokens;
        batches++;
        batch.n_tokens = 0;
    };

    const auto start = Clock::now();
    for (size_t i = 0; i < shared; i++) {
        add(prompts[0][i], static_cast<int>(i), 0, false);
        if (batch.n_tokens == 512 || i + 1 == shared) decode();
    }
    const double prefix_seconds = seconds_since(start);
    std::vector<Lane> lanes(static_cast<size_t>(lanes_count));
    std::vector<std::string> answers(prompts.size());
    std::vector<int> top, reading;
    size_t next_prompt = 0;
    for (;;) {
        // One batch: a token of every answer under way, and the prompts of the lanes that are free. What does not fit
        // waits for the next one.
        reading.clear();
        bool any = false;
        for (int i = 0; i < lanes_count; i++) {
            auto& lane = lanes[static_cast<size_t>(i)];
            const int sequence = i + 1;
            if (lane.active) {
                lane.output = add(lane.next, lane.position++, sequence, true);
                reading.push_back(i);
                any = true;
            } else if (next_prompt < prompts.size()) {
                const auto& prompt = prompts[next_prompt];
                if (static_cast<size_t>(batch.n_tokens) + prompt.size() - shared + static_cast<size_t>(lanes_count) > 512 && any) continue;
                lane = Lane{true, next_prompt++, static_cast<int>(shared), 0, 0, 0, ""};
                llama_memory_seq_rm(memory, sequence, -1, -1);
                llama_memory_seq_cp(memory, 0, sequence, -1, -1);
                for (size_t k = shared; k < prompt.size(); k++)
                    lane.output = add(prompt[k], lane.position++, sequence, k + 1 == prompt.size());
                reading.push_back(i);
                any = true;
            }
        }
        if (!any) break;
        decode();
        const auto reduce_start = Clock::now();
        for (int i : reading) {
            auto& lane = lanes[static_cast<size_t>(i)];
            const auto found = reduce(llama_get_logits_ith(context, lane.output), size, full, top);
            entropy += found.entropy;
            steps++;
            lane.next = found.best;
            lane.chosen++;
            char piece[256];
            const int length = llama_token_to_piece(vocab, found.best, piece, sizeof piece, 0, false);
            const bool ends = llama_vocab_is_eog(vocab, found.best);
            if (!ends) lane.answer.append(piece, static_cast<size_t>(std::max(length, 0)));
            if (ends || lane.chosen >= budget || lane.answer.find("\"]") != std::string::npos) {
                answers[lane.prompt] = lane.answer;
                lane.active = false;
            }
        }
        reduce_seconds += seconds_since(reduce_start);
    }
    const double total = seconds_since(start);

    auto quote = [](const std::string& text) {
        std::string out = "\"";
        for (unsigned char character : text) {
            char escaped[8];
            if (character == '"' || character == '\\') out += '\\', out += static_cast<char>(character);
            else if (character < 0x20) std::snprintf(escaped, sizeof escaped, "\\u%04x", character), out += escaped;
            else out += static_cast<char>(character);
        }
        return out + "\"";
    };
    std::printf("{\"documents\":%zu,\"seconds\":%.6f,\"prefixSeconds\":%.6f,\"decodeSeconds\":%.6f,\"reduceSeconds\":%.6f,"
                "\"steps\":%ld,\"batches\":%ld,\"evaluatedTokens\":%ld,\"sharedTokens\":%zu,\"vocabulary\":%d,"
                "\"meanEntropyBits\":%.6f,\"answers\":[",
                prompts.size(), total, prefix_seconds, decode_seconds, reduce_seconds, steps, batches, evaluated, shared,
                size, entropy / static_cast<double>(steps) / std::log(2.0));
    for (size_t i = 0; i < answers.size(); i++) std::printf("%s%s", i == 0 ? "" : ",", quote(answers[i]).c_str());
    std::printf("]}\n");
    std::fflush(stdout);
    std::_Exit(0);  // the libraries' own teardown is not part of the job
}
