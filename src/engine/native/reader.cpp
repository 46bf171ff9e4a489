// The native reader: a llama context of labelscope's own on a model that node-llama-cpp has loaded.
//
// node-llama-cpp copies or sorts the whole vocabulary at every position that is read. This addon evaluates a batch of
// tokens of several sequences and reduces each wanted position in place, in the worker thread: a few hundred bytes go
// to JavaScript. It leans on one private thing, the field `AddonModel::model`, and so is compiled against the headers
// of the installed node-llama-cpp and checked bit by bit against its public interface when a model loads.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "AddonModel.h"  // shipped by node-llama-cpp; brings llama.h and napi.h
#include "exp-sums.h"
#include "ggml-backend.h"
#include "quantize.h"
#include "worker.h"

namespace {

/// What to reduce a row of logits to. Registered once, used at every step.
struct ReadSpec {
    std::vector<int32_t> tokens;               // their raw logits, in this order
    std::vector<std::vector<int32_t>> groups;  // logsumexp over each group of tokens
    int32_t top = 0;                           // ids and logits of the k largest
    bool logits = false;                       // the whole row
    bool hidden = false;                       // the last layer's hidden state
    size_t width() const { return 6 + tokens.size() + groups.size() + 2 * static_cast<size_t>(top); }
};

std::vector<int32_t> to_vector(const Napi::Value& value) {
    auto array = value.As<Napi::Int32Array>();
    return std::vector<int32_t>(array.Data(), array.Data() + array.ElementLength());
}

/// One batch on its way: what goes in, what comes out, and the promise that waits for it.
struct Evaluation {
    std::vector<int32_t> tokens, positions, sequences, outputs, specs;
    std::vector<double> rows;
    std::vector<float> vectors;
    std::string error;
    Napi::Promise::Deferred deferred;
    Napi::ThreadSafeFunction done;
};

class Session : public Napi::ObjectWrap<Session> {
  public:
    llama_context* ctx = nullptr;
    const llama_vocab* vocab = nullptr;
    int32_t vocabulary_size = 0, hidden_size = 0;
    uint32_t batch_size = 512, outputs_max = 256;
    std::vector<ReadSpec> specs;
    bool busy = false;

    static void init(Napi::Env env, Napi::Object exports) {
        exports.Set("Session", DefineClass(env, "Session", {
            InstanceMethod("addSpec", &Session::AddSpec),
            InstanceMethod("evaluate", &Session::Evaluate),
            InstanceMethod("copySequence", &Session::CopySequence),
            InstanceMethod("trimSequence", &Session::TrimSequence),
            InstanceMethod("dispose", &Session::Dispose),
        }));
    }

    /// new Session(addonModel, modelPath, {contextSize, sequences, batchSize, outputsMax, threads, flashAttention,
    ///             f32Cache, hiddenState, adapters: [{path, scale}]})
    explicit Session(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Session>(info) {
        auto env = info.Env();
        auto* addon = Napi::ObjectWrap<AddonModel>::Unwrap(info[0].As<Napi::Object>());
        if (addon == nullptr || addon->modelPath != info[1].As<Napi::String>().Utf8Value() || addon->model == nullptr) {
            throw Napi::Error::New(env, "not the model that was named: the engine's private layout has changed");
        }
        model_ref_ = Napi::Persistent(info[0].As<Napi::Object>());
        auto* model = addon->model;
        auto options = info[2].As<Napi::Object>();
        auto number = [&](const char* key) { return options.Get(key).As<Napi::Number>().Uint32Value(); };
        auto flag = [&](const char* key) { return options.Get(key).ToBoolean().Value(); };

        auto params = llama_context_default_params();
        params.n_ctx = number("contextSize");
        params.n_seq_max = number("sequences");
        params.n_batch = params.n_ubatch = batch_size = number("batchSize");
        params.n_outputs_max = outputs_max = number("outputsMax");
        params.n_threads = params.n_threads_batch = static_cast<int32_t>(number("threads"));
        params.flash_attn_type = flag("flashAttention") ? LLAMA_FLASH_ATTN_TYPE_ENABLED : LLAMA_FLASH_ATTN_TYPE_DISABLED;
        params.type_k = params.type_v = flag("f32Cache") ? GGML_TYPE_F32 : GGML_TYPE_F16;
        params.kv_unified = true;  // sequences share the cells of their common prefix
        params.swa_full = true;    // a sliding-window model must be able to fork a prefix
        params.no_perf = true;
        ctx = llama_init_from_model(model, params);
        if (ctx == nullptr) throw Napi::Error::New(env, "the context could not be created");
        attach_threads(params.n_threads);
        worker_ = std::make_unique<Worker>();
        if (flag("hiddenState")) llama_set_embeddings(ctx, true);
        vocab = llama_model_get_vocab(model);
        vocabulary_size = llama_vocab_n_tokens(vocab);
        hidden_size = llama_model_n_embd(model);

        auto list = options.Get("adapters").As<Napi::Array>();
        std::vector<float> scales;
        for (uint32_t i = 0; i < list.Length(); i++) {
            auto item = list.Get(i).As<Napi::Object>();
            auto path = item.Get("path").As<Napi::String>().Utf8Value();
            auto* adapter = llama_adapter_lora_init(model, path.c_str());
            if (adapter == nullptr) {
                release();
                throw Napi::Error::New(env, "adapter-rejected");
            }
            adapters_.push_back(adapter);
            scales.push_back(item.Get("scale").As<Napi::Number>().FloatValue());
        }
        if (!adapters_.empty() && llama_set_adapters_lora(ctx, adapters_.data(), adapters_.size(), scales.data()) != 0) {
            release();
            throw Napi::Error::New(env, "adapter-rejected");
        }
    }

    ~Session() override { release(); }

    void release() {
        worker_.reset();
        if (ctx != nullptr) llama_free(ctx);
        ctx = nullptr;
        if (threads_ != nullptr) free_threads_(threads_);
        threads_ = nullptr;
        for (auto* adapter : adapters_) llama_adapter_lora_free(adapter);
        adapters_.clear();
        if (!model_ref_.IsEmpty()) model_ref_.Reset();
    }

    void require_open(Napi::Env env) const {
        if (ctx == nullptr) throw Napi::Error::New(env, "the session is closed");
        if (busy) throw Napi::Error::New(env, "the session is evaluating");
    }

    /// addSpec(tokens: Int32Array, groups: Int32Array[], top, logits, hidden) -> index of the spec
    Napi::Value AddSpec(const Napi::CallbackInfo& info) {
        require_open(info.Env());
        ReadSpec spec;
        spec.tokens = to_vector(info[0]);
        auto groups = info[1].As<Napi::Array>();
        for (uint32_t i = 0; i < groups.Length(); i++) spec.groups.push_back(to_vector(groups.Get(i)));
        spec.top = std::min(info[2].As<Napi::Number>().Int32Value(), vocabulary_size);
        spec.logits = info[3].ToBoolean().Value();
        spec.hidden = info[4].ToBoolean().Value();
        auto outside = [&](int32_t id) { return id < 0 || id >= vocabulary_size; };
        bool bad = std::any_of(spec.tokens.begin(), spec.tokens.end(), outside);
        for (auto& group : spec.groups) bad = bad || std::any_of(group.begin(), group.end(), outside);
        if (bad) throw Napi::RangeError::New(info.Env(), "a token id is outside the vocabulary");
        specs.push_back(std::move(spec));
        return Napi::Number::New(info.Env(), static_cast<double>(specs.size() - 1));
    }

    /// evaluate(tokens, positions, sequences, outputs, specs: all Int32Array) -> Promise<{rows, vectors}>
    Napi::Value Evaluate(const Napi::CallbackInfo& info) {
        auto env = info.Env();
        require_open(env);
        auto job = std::make_shared<Evaluation>(Evaluation{
            to_vector(info[0]), to_vector(info[1]), to_vector(info[2]), to_vector(info[3]), to_vector(info[4]),
            {}, {}, {}, Napi::Promise::Deferred::New(env), {}});
        auto promise = job->deferred.Promise();
        job->done = Napi::ThreadSafeFunction::New(env, Napi::Function(), "labelscope:evaluate", 0, 1);
        busy = true;
        Ref();
        worker_->post([this, job] {
            try {
                run(*job);
            } catch (const std::exception& error) {
                job->error = error.what();
            }
            auto done = job->done;
            done.BlockingCall([this, job](Napi::Env env, Napi::Function) { settle(env, *job); });
            done.Release();
        });
        return promise;
    }

    /// copySequence(from, to): `to` becomes a copy of `from`; attention caches share the cells, nothing is computed
    Napi::Value CopySequence(const Napi::CallbackInfo& info) {
        require_open(info.Env());
        auto memory = llama_get_memory(ctx);
        const auto from = info[0].As<Napi::Number>().Int32Value(), to = info[1].As<Napi::Number>().Int32Value();
        llama_memory_seq_rm(memory, to, -1, -1);
        llama_memory_seq_cp(memory, from, to, -1, -1);
        return info.Env().Undefined();
    }

    /// trimSequence(sequence, length): forgets everything from position `length` on; false where the model cannot
    Napi::Value TrimSequence(const Napi::CallbackInfo& info) {
        require_open(info.Env());
        const auto sequence = info[0].As<Napi::Number>().Int32Value(), length = info[1].As<Napi::Number>().Int32Value();
        const bool done = llama_memory_seq_rm(llama_get_memory(ctx), sequence, length == 0 ? -1 : length, -1);
        return Napi::Boolean::New(info.Env(), done);
    }

    Napi::Value Dispose(const Napi::CallbackInfo& info) {
        if (busy) throw Napi::Error::New(info.Env(), "the session is evaluating");
        release();
        return info.Env().Undefined();
    }

    /// Reduces the logits at a batch index to `row` (spec.width() numbers) and appends whole vectors to `vectors`.
    void read(int32_t index, const ReadSpec& spec, double* row, std::vector<float>& vectors) {
        const float* logits = llama_get_logits_ith(ctx, index);
        if (logits == nullptr) throw std::runtime_error("the engine gave no logits at a position that was asked for");
        bool has_nan = false;
        const float max = max_logit(logits, vocabulary_size, &has_nan);
        const auto sums = exp_sums(logits, vocabulary_size, max);
        row[0] = static_cast<double>(max) + std::log(sums.weight);
        row[1] = std::log(sums.weight) - sums.weighted_gap / sums.weight;
        row[2] = static_cast<double>(std::find(logits, logits + vocabulary_size, max) - logits);
        row[3] = static_cast<double>(max);
        row[4] = has_nan ? 1 : 0;
        row[5] = 0;
        double* out = row + 6;
        for (auto id : spec.tokens) *out++ = static_cast<double>(logits[id]);
        for (auto& group : spec.groups) {
            double weight = 0;
            for (auto id : group) weight += std::exp(static_cast<double>(logits[id]) - static_cast<double>(max));
            *out++ = static_cast<double>(max) + std::log(weight);
        }
        if (spec.top > 0) {
            top_.clear();
            auto better = [&](int32_t a, int32_t b) { return logits[a] != logits[b] ? logits[a] > logits[b] : a < b; };
            const auto k = static_cast<size_t>(spec.top);
            for (int32_t id = 0; id < vocabulary_size; id++) {
                if (top_.size() == k && !(logits[id] > logits[top_.front()])) continue;
                top_.push_back(id);
                std::push_heap(top_.begin(), top_.end(), better);
                if (top_.size() > k) {
                    std::pop_heap(top_.begin(), top_.end(), better);
                    top_.pop_back();
                }
            }
            std::sort(top_.begin(), top_.end(), better);
            for (auto id : top_) *out++ = id;
            for (auto id : top_) *out++ = static_cast<double>(logits[id]);
        }
        if (spec.logits) vectors.insert(vectors.end(), logits, logits + vocabulary_size);
        if (spec.hidden) {
            const float* state = llama_get_embeddings_ith(ctx, index);
            if (state == nullptr) throw std::runtime_error("the engine gave no hidden state");
            vectors.insert(vectors.end(), state, state + hidden_size);
        }
    }

  private:
    /// Evaluates a batch in pieces that fit and reduces the wanted positions; runs in the worker thread.
    void run(Evaluation& job) {
        size_t width = 0;
        for (auto spec : job.specs) width += specs.at(static_cast<size_t>(spec)).width();
        job.rows.resize(width);
        double* row = job.rows.data();
        const auto total = job.tokens.size();
        std::vector<int32_t> counts(total, 1);
        std::vector<llama_seq_id*> ids(total);
        std::vector<int8_t> wanted(total, 0);
        for (size_t i = 0; i < total; i++) ids[i] = &job.sequences[i];
        for (auto output : job.outputs) wanted.at(static_cast<size_t>(output)) = 1;
        size_t next = 0;
        size_t count = 0;
        for (size_t start = 0; start < total; start += count) {
            count = std::min<size_t>(batch_size, total - start);
            const auto beyond = next + outputs_max;  // the first output that would not fit in this evaluation
            if (beyond < job.outputs.size()) count = std::min(count, static_cast<size_t>(job.outputs[beyond]) - start);
            llama_batch batch{};
            batch.n_tokens = static_cast<int32_t>(count);
            batch.token = job.tokens.data() + start;
            batch.pos = job.positions.data() + start;
            batch.n_seq_id = counts.data() + start;
            batch.seq_id = ids.data() + start;
            batch.logits = wanted.data() + start;
            const int status = llama_decode(ctx, batch);
            if (status == 1) throw std::runtime_error("no room left in the key-value cache");
            if (status != 0) throw std::runtime_error("llama_decode failed with status " + std::to_string(status));
            for (; next < job.outputs.size() && static_cast<size_t>(job.outputs[next]) < start + count; next++) {
                const auto& spec = specs[static_cast<size_t>(job.specs[next])];
                read(job.outputs[next] - static_cast<int32_t>(start), spec, row, job.vectors);
                row += spec.width();
            }
        }
    }

    /// Back in JavaScript's thread: hands over what was read.
    void settle(Napi::Env env, Evaluation& job) {
        busy = false;
        if (job.error.empty()) {
            auto rows = Napi::Float64Array::New(env, job.rows.size());
            std::copy(job.rows.begin(), job.rows.end(), rows.Data());
            auto vectors = Napi::Float32Array::New(env, job.vectors.size());
            std::copy(job.vectors.begin(), job.vectors.end(), vectors.Data());
            auto result = Napi::Object::New(env);
            result.Set("rows", rows);
            result.Set("vectors", vectors);
            job.deferred.Resolve(result);
        } else {
            job.deferred.Reject(Napi::Error::New(env, job.error).Value());
        }
        Unref();
    }

    /// A lasting thread pool for the CPU backend, which otherwise starts new threads for every graph.
    void attach_threads(int32_t count) {
        auto* device = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
        if (device == nullptr) return;
        auto* registry = ggml_backend_dev_backend_reg(device);
        auto* make = reinterpret_cast<decltype(ggml_threadpool_new)*>(
            ggml_backend_reg_get_proc_address(registry, "ggml_threadpool_new"));
        free_threads_ = reinterpret_cast<decltype(ggml_threadpool_free)*>(
            ggml_backend_reg_get_proc_address(registry, "ggml_threadpool_free"));
        if (make == nullptr || free_threads_ == nullptr) return;
        auto params = ggml_threadpool_params_default(count);
        threads_ = make(&params);
        if (threads_ != nullptr) llama_attach_threadpool(ctx, threads_, threads_);
    }

    Napi::ObjectReference model_ref_;
    std::vector<llama_adapter_lora*> adapters_;
    std::vector<int32_t> top_;
    ggml_threadpool* threads_ = nullptr;
    decltype(ggml_threadpool_free)* free_threads_ = nullptr;
    std::unique_ptr<Worker> worker_;
};

/// trim(): gives freed memory back to the system. A model's vocabulary is built once to tokenise and once with the
/// weights; glibc would keep what the first one freed (110 MB at 152 k tokens) in another thread's arena.
void trim(const Napi::CallbackInfo&) {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
    Session::init(env, exports);
    exports.Set("trim", Napi::Function::New(env, trim));
    exports.Set("quantize", Napi::Function::New(env, quantize));
    return exports;
}

}  // namespace

NODE_API_MODULE(labelscope_reader, initialise)
