// Loads a model and evaluates one token, in a process of its own: whatever the file does to the engine, it does it here.
// Plain JavaScript, since it runs from src and from an installed package alike. Ends with 0, or with 3 and the engine's words
// on stderr. Argument: a JSON object {path, as: "model" | "encoder", adapter?}.
import {getLlama, LlamaLogLevel} from "node-llama-cpp";

const {path, as, adapter} = JSON.parse(process.argv[2] ?? "{}");
const TEXT = 'Input: a\u00e9 \u4f60 \ud83d\ude42\n{"label": ["';

try {
  const llama = await getLlama({
    gpu: false,
    build: "never",
    skipDownload: true,
    progressLogs: false,
    maxThreads: 0,
    logLevel: LlamaLogLevel.warn,
    logger: (_level, message) => process.stderr.write(`${message.trimEnd()}\n`),
  });
  const model = await llama.loadModel({modelPath: path, gpuLayers: 0, checkTensors: true, useMmap: true});
  for (const token of model.iterateAllTokens()) model.isEogToken(token);
  const tokens = model.tokenize(TEXT, false);
  model.detokenize(tokens);
  const common = {contextSize: 256, batchSize: 256, threads: 1};
  if (as === "encoder") {
    const context = await model.createEmbeddingContext(common);
    await context.getEmbeddingFor(tokens.slice(0, 1));
  } else {
    const context = await model.createContext({
      ...common,
      ignoreMemorySafetyChecks: true,
      ...(adapter === undefined ? {} : {lora: {adapters: [{filePath: adapter, scale: 1}]}}),
    });
    await context.getSequence().evaluateWithoutGeneratingNewTokens(tokens.slice(0, 1));
  }
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(3);
}
