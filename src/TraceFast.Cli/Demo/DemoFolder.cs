using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceFast.Models;
using TraceFast.Tokenization.Training;
using TraceFast.Training;
using TraceFast.Training.Loop;
using TraceFast.Training.Metrics.Progress;
using Decoder = TraceFast.Models.Decoder;

namespace TraceFast.Cli.Demo;

/// <summary>Makes the demonstration's model folder anew: data, tokenizer, and a small model trained from random weights.</summary>
internal static class DemoFolder
{
    public const string QuadsFile = "quads.jsonl";
    public const string TestFile = "test.jsonl";
    public const string SamplesFile = "samples.jsonl";

    private const int SampleCount = 8000;
    private const int QuadCount = 320;
    private const int TestCount = 80;
    private const int VocabularySize = 640;

    /// <summary>The model has seen every constraint obeyed, but not reliably: preference training has something to bring out.</summary>
    private const double Obeyed = 0.6;

    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions s_indented = new(s_json) { WriteIndented = true, NewLine = "\n" };

    /// <summary>The model's own chat template: ChatML.</summary>
    private const string ChatTemplate =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}" +
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    /// <param name="folder">Its YAML files stay; everything else is written.</param>
    /// <param name="seed">Of data and weights.</param>
    /// <param name="log">Gets the training's lines.</param>
    /// <param name="interrupt">Stops it.</param>
    public static void Make(string folder, int seed, IRunLog log, CancellationToken interrupt)
    {
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        DemoData data = new(seed);
        List<DemoSample> samples = [.. data.Samples(SampleCount, Obeyed)];
        WriteLines(folder, SamplesFile, samples.Select(s => new { prompt = s.Instruction, response = s.Answer }));
        WriteLines(folder, QuadsFile, data.Quads(QuadCount).Select(Quad));
        WriteLines(folder, TestFile, data.Quads(TestCount).Select(Quad));
        WriteTokenizer(folder, samples);

        string start = Path.Combine(folder, ".start");
        WriteRandomModel(folder, start, seed);
        string output = Path.Combine(folder, ".trained");
        RunConfiguration configuration = RunConfiguration.Load(
            Path.Combine(folder, "base.yaml"),
            [$"model_name_or_path={start}", $"dataset={Path.Combine(folder, "data", SamplesFile)}", $"output_dir={output}", $"seed={seed}", "overwrite_output_dir=true"]);
        TrainingRun.Execute(configuration, new TrainingServices { Log = log, ReferenceCacheFolder = null }, interrupt);
        interrupt.ThrowIfCancellationRequested();
        foreach (string name in new[] { "config.json", "model.safetensors" })
            File.Move(Path.Combine(output, name), Path.Combine(folder, name), overwrite: true);
        Directory.Delete(start, recursive: true);
        Directory.Delete(output, recursive: true);
    }

    private static object Quad(DemoQuad q) => new { x1 = q.X1, y1 = q.Y1, x2 = q.X2, y2 = q.Y2 };

    private static void WriteLines(string folder, string name, IEnumerable<object> records) =>
        File.WriteAllText(Path.Combine(folder, "data", name), string.Concat(records.Select(r => JsonSerializer.Serialize(r, s_json) + "\n")), new UTF8Encoding(false));

    private static void WriteTokenizer(string folder, List<DemoSample> samples)
    {
        IEnumerable<string> texts = samples.SelectMany(s => new[] { s.Instruction, s.Answer }).Concat(["system", "user", "assistant"]);
        ByteLevelBpeTrainer.Train(texts, VocabularySize, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]).WriteTokenizerJson(Path.Combine(folder, "tokenizer.json"));
        File.WriteAllText(
            Path.Combine(folder, "tokenizer_config.json"),
            JsonSerializer.Serialize(
                new
                {
                    tokenizer_class = "PreTrainedTokenizerFast",
                    bos_token = (string?)null,
                    eos_token = "<|im_end|>",
                    pad_token = "<|endoftext|>",
                    unk_token = (string?)null,
                    clean_up_tokenization_spaces = false,
                    model_max_length = 512,
                    chat_template = ChatTemplate,
                },
                s_indented) + "\n");
    }

    private static void WriteRandomModel(string folder, string start, int seed)
    {
        Directory.CreateDirectory(start);
        File.WriteAllText(
            Path.Combine(start, "config.json"),
            JsonSerializer.Serialize(new
            {
                architectures = new[] { "LlamaForCausalLM" },
                model_type = "llama",
                vocab_size = VocabularySize,
                hidden_size = 96,
                intermediate_size = 256,
                num_hidden_layers = 4,
                num_attention_heads = 6,
                num_key_value_heads = 2,
                hidden_act = "silu",
                max_position_embeddings = 512,
                rms_norm_eps = 1e-5,
                rope_theta = 10000.0,
                initializer_range = 0.05,
                tie_word_embeddings = true,
                bos_token_id = 0,
                eos_token_id = 2,
                torch_dtype = "float32",
            }));
        using (Decoder decoder = Decoder.Random(DecoderConfig.Read(start), seed, new DecoderOptions { TrainAll = true }))
            decoder.SaveWeights(start);
        foreach (string name in new[] { "tokenizer.json", "tokenizer_config.json" })
            File.Copy(Path.Combine(folder, name), Path.Combine(start, name), overwrite: true);
    }
}
