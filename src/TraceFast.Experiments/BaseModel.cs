using System.Text.Encodings.Web;
using System.Text.Json;
using TraceFast.Synthesis.Synthetic;
using TraceFast.Data.Progress;
using TraceFast.Tokenization.Training;
using TraceFast.Training.Configuration;
using TraceFast.Training.Loop;

namespace TraceFast.Experiments;

/// <summary>
/// Makes the model that the demonstration starts from: instructions with answers, a tokenizer learnt from them, and weights trained from
/// random ones.
/// </summary>
public static class BaseModel
{
    public const string ConfigFile = "base.yaml";
    public const string QuadsFile = "quads.jsonl";

    private const int ExampleQuads = 320;
    private const int VocabularySize = 2048;
    private const int ReadForVocabulary = 10_000;
    private const int SeedStep = 1000;

    /// <summary>
    /// What it learns from: records with a number of constraints, each obeyed with a probability that falls with their number. The skill is
    /// there, in combinations too, but it does not show: preference training has something to bring out, not to teach.
    /// </summary>
    private static readonly (int Fewest, int Most, int Records,
        double Obeyed)[] s_samples = [(1, 1, 45_000, 0.85), (2, 2, 30_000, 0.6), (3, 4, 15_000, 0.45)];

    private static readonly JsonSerializerOptions s_indented = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true, NewLine = "\n" };

    /// <summary>ChatML.</summary>
    private const string ChatTemplate =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
            +
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    /// <param name="folder">Gets config.json, tokenizer.json, tokenizer_config.json, model.safetensors and some quads;
    /// <see cref="ConfigFile"/> is read from it.</param>
    /// <param name="work">For intermediate files; stays for inspection.</param>
    /// <param name="interrupt">Stops it; the folder's model stays as it was.</param>
    /// <param name="share">Of the records, for a trial.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static void Make(string folder, string work, int seed, IRunLog log, CancellationToken interrupt, double share = 1)
    {
        using RunLock held = RunLock.OfFolder(work);
        string start = Path.Combine(work, "start"), trained = Path.Combine(work, "trained");
        string[] samples = [.. s_samples.Select((s, n) => WriteSamples(work, n, seed, (int)(s.Records * share), log, interrupt))];
        Directory.CreateDirectory(start);
        WriteTokenizer(start, samples);
        WriteConfig(start);
        RunConfiguration configuration = RunConfiguration.Load(
            Path.Combine(folder, ConfigFile),
            [$"model_name_or_path={start}",
                $"dataset={string.Join(',', samples)}", $"output_dir={trained}", $"seed={seed}", "overwrite_output_dir=true"]);
        TrainingOutcome outcome = TrainingRun.Execute(
            configuration, new TrainingServices { Log = log, ReferenceCacheFolder = null }, interrupt);
        if (outcome.End == TrainingEnd.Interrupted)
            throw new OperationCanceledException(interrupt);
        foreach (string name in new[] { "config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors" })
            AtomicFile.Write(
                Path.Combine(folder, name),
                File.ReadAllBytes(Path.Combine(name.StartsWith("tokenizer", StringComparison.Ordinal) ? start : trained, name)));
        File.Move(
            new ExperimentData(Path.Combine(work, "data"), interrupt).Quads(Setting.Clean, seed, ExampleQuads),
            Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "data")).FullName, QuadsFile), overwrite: true);
    }

    private static string WriteSamples(string work, int part, int seed, int records, IRunLog log, CancellationToken interrupt)
    {
        (int fewest, int most, _, double obeyed) = s_samples[part];
        SynthOptions options = ExperimentData.Options(
            (ulong)(seed + (part * SeedStep)), (fewest, most), ConstraintSet.HeldOutOfTheStart) with { Obey = obeyed };
        string path = Path.Combine(work, $"samples_{fewest}.jsonl");
        log.Line($"writing {records} instructions with answers to {path}");
        ExperimentData.Write(path, options, split: null, records, sft: true, interrupt);
        return path;
    }

    private static void WriteTokenizer(string folder, IEnumerable<string> samples)
    {
        IEnumerable<string> texts = samples.SelectMany(s => File.ReadLines(s).Take(ReadForVocabulary)).SelectMany(line =>
        {
            using JsonDocument record = JsonDocument.Parse(line);
            return new[] { record.RootElement.GetProperty("prompt").GetString()!, record.RootElement.GetProperty("response").GetString()! };
        });
        ByteLevelBpeTrainer.Train(
            texts.Concat(["system", "user", "assistant"]), VocabularySize, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
            .WriteTokenizerJson(Path.Combine(folder, "tokenizer.json"));
        WriteJson(Path.Combine(folder, "tokenizer_config.json"), new
        {
            tokenizer_class = "PreTrainedTokenizerFast",
            bos_token = (string?)null,
            eos_token = "<|im_end|>",
            pad_token = "<|endoftext|>",
            unk_token = (string?)null,
            clean_up_tokenization_spaces = false,
            model_max_length = 512,
            chat_template = ChatTemplate,
        });
    }

    private static void WriteConfig(string folder) => WriteJson(Path.Combine(folder, "config.json"), new
    {
        architectures = new[] { "LlamaForCausalLM" },
        model_type = "llama",
        vocab_size = VocabularySize,
        hidden_size = 160,
        intermediate_size = 448,
        num_hidden_layers = 4,
        num_attention_heads = 5,
        num_key_value_heads = 5,
        head_dim = 32,
        hidden_act = "silu",
        max_position_embeddings = 512,
        rms_norm_eps = 1e-5,
        rope_theta = 10000.0,
        initializer_range = 0.05,
        tie_word_embeddings = true,
        bos_token_id = 0,
        eos_token_id = 2,
        torch_dtype = "float32",
    });

    private static void WriteJson(string path, object value) =>
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(value, s_indented));
}
