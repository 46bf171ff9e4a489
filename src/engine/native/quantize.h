// Writes a model file in another format, so that its speed can be measured here.
#pragma once
#include <memory>
#include <string>
#include <thread>

#include "llama.h"
#include "napi.h"

/// quantize(from, to, ftype, threads) -> Promise<undefined>; `ftype` is a llama_ftype. Tensors that are quantised already are
/// quantised again: what the new file says is not what the weights would say.
inline Napi::Value quantize(const Napi::CallbackInfo& info) {
    auto env = info.Env();
    struct Job {
        std::string from, to;
        llama_model_quantize_params params;
        Napi::Promise::Deferred deferred;
        Napi::ThreadSafeFunction done;
        bool has_failed = true;
    };
    auto job = std::make_shared<Job>(Job{info[0].As<Napi::String>().Utf8Value(), info[1].As<Napi::String>().Utf8Value(),
                                         llama_model_quantize_default_params(), Napi::Promise::Deferred::New(env), {}});
    job->params.ftype = static_cast<llama_ftype>(info[2].As<Napi::Number>().Int32Value());
    job->params.nthread = info[3].As<Napi::Number>().Int32Value();
    job->params.allow_requantize = true;
    job->done = Napi::ThreadSafeFunction::New(env, Napi::Function(), "labelscope:quantize", 0, 1);
    auto promise = job->deferred.Promise();
    std::thread([job] {
        try {
            job->has_failed = llama_model_quantize(job->from.c_str(), job->to.c_str(), &job->params) != 0;
        } catch (...) {
            job->has_failed = true;
        }
        auto done = job->done;
        done.BlockingCall([job](Napi::Env env, Napi::Function) {
            if (job->has_failed) job->deferred.Reject(Napi::Error::New(env, "the engine could not write this format").Value());
            else job->deferred.Resolve(env.Undefined());
        });
        done.Release();
    }).detach();
    return promise;
}
