// Greedy decoding by llama.cpp through node-llama-cpp, timed as `bench decode` times it:
//   node bench.mjs MODEL.gguf THREADS LENGTHS.json
// LENGTHS: a list of [prompt, new] token counts, all decoded at once. Writes one JSON object.
import fs from "node:fs";
import {getLlama} from "node-llama-cpp";

const [file, threads, lengthsFile] = process.argv.slice(2);
if (lengthsFile === undefined) {
    console.error("usage: node bench.mjs MODEL.gguf THREADS LENGTHS.json");
    process.exit(2);
}

const lengths = JSON.parse(fs.readFileSync(lengthsFile, "utf8"));
const batch = lengths.length;
const llama = await getLlama({gpu: false, build: "never", maxThreads: +threads, logLevel: "error"});
const model = await llama.loadModel({modelPath: file});
const context = await model.createContext({
    sequences: batch,
    contextSize: Math.max(...lengths.map(([prompt, fresh]) => prompt + fresh)) + 8,
    batchSize: Math.max(512, batch),
    threads: {ideal: +threads, min: +threads},
});
// Which tokens they are does not change the time; ids from 1000 up are ordinary ones in SmolLM2's vocabulary.
const prompts = lengths.map(([prompt], row) => Array.from({length: prompt}, (_, i) => 1000 + (row * 7919 + i * 104729) % 40000));
const sequences = prompts.map(() => context.getSequence());

await sequences[0].evaluateWithoutGeneratingNewTokens(prompts[0].slice(0, 8)); // warms up
await sequences[0].clearHistory();
const began = process.hrtime.bigint();
await Promise.all(sequences.map((s, i) => s.evaluateWithoutGeneratingNewTokens(prompts[i].slice(0, -1))));
const prefilled = process.hrtime.bigint();
const counts = await Promise.all(sequences.map(async (s, i) => {
    let count = 0;
    for await (const _ of s.evaluate([prompts[i].at(-1)], {temperature: 0, yieldEogToken: true}))
        if (++count === lengths[i][1])
            break;
    return count;
}));
const ended = process.hrtime.bigint();

const fresh = counts.reduce((a, b) => a + b, 0);
const read = prompts.reduce((a, p) => a + p.length - 1, 0);
const seconds = (from, to) => Number(to - from) / 1e9;
console.log(JSON.stringify({
    batch,
    new_tokens: fresh,
    new_tokens_per_s: fresh / seconds(began, ended),
    decode_tokens_per_s: fresh / seconds(prefilled, ended),
    prefill_tokens_per_s: read / seconds(began, prefilled),
    processor_s: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
}));
process.exit(0);
