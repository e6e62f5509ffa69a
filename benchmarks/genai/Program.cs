using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntimeGenAI;

// Greedy decoding by ONNX Runtime GenAI, counted as bench decode counts: random prompts of one length, every answer to its full length,
// after a request that warms up.
if (args.Length < 5)
{
    Console.Error.WriteLine("genai-decode FOLDER THREADS PROMPT NEW BATCH...: FOLDER as export writes it; THREADS 0: as GenAI chooses");
    return 2;
}

string folder = args[0];
int[] numbers = [.. args[1..].Select(a => int.Parse(a, CultureInfo.InvariantCulture))];
(int threads, int prompt, int fresh) = (numbers[0], numbers[1], numbers[2]);
using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "genai_config.json")));
int vocabulary = json.RootElement.GetProperty("model").GetProperty("vocab_size").GetInt32();

using OgaHandle library = new();
using Config config = new(folder);
if (threads > 0)
{
    var options = new { intra_op_num_threads = threads };
    config.Overlay(JsonSerializer.Serialize(new { model = new { decoder = new { session_options = options } } }));
}

using Model model = new(config);
Measure(batch: 1, prompt: 50, fresh: 8);
foreach (int batch in numbers[3..])
    Console.WriteLine(Measure(batch, prompt, fresh));
return 0;

string Measure(int batch, int prompt, int fresh)
{
    Random random = new(0);
    using GeneratorParams parameters = new(model);
    parameters.SetSearchOption("batch_size", batch);
    parameters.SetSearchOption("do_sample", false);
    parameters.SetSearchOption("max_length", prompt + fresh);
    parameters.SetSearchOption("min_length", prompt + fresh); // no answer ends by itself
    using Generator generator = new(model, parameters);
    int[] ids = [.. Enumerable.Range(0, batch * prompt).Select(_ => random.Next(vocabulary))];

    TimeSpan processor = Environment.CpuUsage.TotalTime;
    long started = Stopwatch.GetTimestamp();
    generator.AppendTokens(ids); // rows of equal length, one after the other: the prefill
    double prefill = Stopwatch.GetElapsedTime(started).TotalSeconds;
    while (!generator.IsDone())
        generator.GenerateNextToken();
    double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;

    int tokens = Enumerable.Range(0, batch).Sum(row => generator.GetSequence((ulong)row).Length) - batch * prompt;
    return JsonSerializer.Serialize(new
    {
        batch,
        new_tokens = tokens,
        prompt_tokens = batch * prompt,
        seconds,
        processor_s = (Environment.CpuUsage.TotalTime - processor).TotalSeconds,
        new_tokens_per_s = tokens / seconds,
        decode_tokens_per_s = tokens / (seconds - prefill),
        prefill_tokens_per_s = batch * prompt / prefill,
        threads,
    });
}
