using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceFast.Constraints;
using TraceFast.Constraints.Types;
using TraceFast.Evaluation;
using TraceFast.Evaluation.Benchmarks;
using TraceFast.Inference.Decoding;
using TraceFast.Inference.Export;
using TraceFast.Inference.Generation;
using TraceFast.Inference.Sessions;
using Response = TraceFast.Constraints.Response;

namespace TraceFast.Experiments;

/// <summary>What became of the prompts of one set, one entry for each prompt.</summary>
/// <param name="Titled">1: the answer has a title and nothing in the prompt asks for one; 0: it has none; -1: the prompt asks for
/// one.</param>
/// <param name="Cut">Answers that did not end by themselves.</param>
public sealed record PromptSetScores(
    bool InDomain, bool Single, IReadOnlyList<int> Obeyed, IReadOnlyList<int> Of, IReadOnlyList<int> Titled, IReadOnlyList<int> Tokens,
    int Cut);

/// <summary>A model's figures.</summary>
public sealed record Scores(IReadOnlyList<PromptSetScores> Sets)
{
    /// <summary>IF-S: of the prompts with one constraint, the share that is obeyed.</summary>
    public Metric IfS(bool inDomain) =>
        Of("if_s", Sets.Where(s => s.InDomain == inDomain && s.Single), (obeyed, of) => (obeyed == of ? 1 : 0, 1));

    /// <summary>IF-M: of the prompts with several constraints, the share all of whose constraints are obeyed.</summary>
    public Metric IfM(bool inDomain) =>
        Of("if_m", Sets.Where(s => s.InDomain == inDomain && !s.Single), (obeyed, of) => (obeyed == of ? 1 : 0, 1));

    /// <summary>The share of all constraints that are obeyed.</summary>
    public Metric Mean(bool inDomain) => Of("mean", Sets.Where(s => s.InDomain == inDomain), (obeyed, of) => (obeyed, of));

    /// <summary>The share of answers with a title that nothing asks for.</summary>
    public double UnaskedTitles => Sets.SelectMany(s => s.Titled).Where(t => t >= 0).DefaultIfEmpty().Average();

    /// <summary>New tokens of an answer.</summary>
    public double MeanTokens => Sets.SelectMany(s => s.Tokens).DefaultIfEmpty().Average();

    /// <summary>The share of answers that did not end by themselves.</summary>
    public double CutAnswers => Sets.Sum(s => s.Cut) / (double)Math.Max(1, Sets.Sum(s => s.Of.Count));

    private static Metric Of(string name, IEnumerable<PromptSetScores> sets, Func<int, int, (double Numerator, double Denominator)> observe)
    {
        List<Observation> observations = [];
        foreach (PromptSetScores set in sets)
            for (int i = 0; i < set.Of.Count; i++)
            {
                (double numerator, double denominator) = observe(set.Obeyed[i], set.Of[i]);
                observations.Add(new Observation(observations.Count, numerator, denominator));
            }

        return new Metric(name, observations);
    }
}

/// <summary>Answers prompts with a model (exported as ONNX, greedy) and checks the answers by program.</summary>
public static class AnswerScoring
{
    private const int MaxNewTokens = 200, Batch = 64;

    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Constraint s_title = new Title();

    private readonly record struct Answer(string Text, int Tokens, bool IsCut);

    /// <param name="responses">Gets {"id", "prompt", "constraints", "response"} for each prompt: what <c>eval --bench constraints</c>
    /// scores.</param>
    public static Scores Run(string model, IReadOnlyList<PromptSet> sets, string responses, int threads, CancellationToken stop)
    {
        string exported = responses + ".onnx";
        if (Directory.Exists(exported))
            Directory.Delete(exported, recursive: true);
        try
        {
            OnnxExport.Run(model, adapterFolder: null, exported, new ExportOptions { Head = HeadPositions.Selected }, _ => { });
            Answer[] answers = Decode(exported, [.. sets.SelectMany(s => s.Prompts)], threads, stop);
            return Score(sets, answers, responses);
        }
        finally
        {
            if (Directory.Exists(exported))
                Directory.Delete(exported, recursive: true);
        }
    }

    private static Answer[] Decode(string exported, ConstraintPrompt[] prompts, int threads, CancellationToken stop)
    {
        using TextModel text = TextModel.Open(exported, new SessionSettings { Threads = threads });
        DecodeRequest[] requests =
        [
            .. prompts.Select(
                (p, i) =>
                    new DecodeRequest(text.Encode([new Message(Role.User, p.Prompt)]), MaxNewTokens) { Index = i,
                        StopIds = text.ChatStopIds }),
        ];
        Answer[] answers = new Answer[prompts.Length];
        foreach (DecodeResult result in text.Generate(requests, new DecodeOptions { Batch = Batch, Threads = threads }, cancellation: stop))
            answers[result.Request.Index] = new(result.Text, result.Ids.Length, result.FinishReason == FinishReason.Length);
        stop.ThrowIfCancellationRequested();
        return answers;
    }

    private static Scores Score(IReadOnlyList<PromptSet> sets, Answer[] answers, string responses)
    {
        List<PromptSetScores> scores = [];
        ArrayBufferWriter<byte> lines = new();
        int at = 0;
        foreach (PromptSet set in sets)
        {
            Answer[] own = answers[at..(at + set.Prompts.Count)];
            at += own.Length;
            BenchResult result = ConstraintBench.Score(set.Prompts, [.. own.Select(a => a.Text)]);
            ConstraintRecord[] records = [.. result.Records.Cast<ConstraintRecord>()];
            scores.Add(new PromptSetScores(
                set.InDomain, set.Single, [.. records.Select(r => r.Obeyed)], [.. records.Select(r => r.Exact)],
                [.. records.Select(Titled)], [.. own.Select(a => a.Tokens)], own.Count(a => a.IsCut)));
            for (int i = 0; i < own.Length; i++)
                Write(lines, $"{set.Name}/{i + 1}", set.Prompts[i], own[i].Text);
        }

        AtomicFile.Write(responses, lines.WrittenMemory);
        return new Scores(scores);
    }

    private static int Titled(ConstraintRecord record) =>
        record.Stated.Any(s => s.Constraint.Scope == Scope.Title || s.Constraint.Type.Name.Contains("title", StringComparison.Ordinal))
            ? -1 : s_title.Check(new Response(record.Response)).IsObeyed ? 1 : 0;

    private static void Write(ArrayBufferWriter<byte> lines, string id, ConstraintPrompt prompt, string response)
    {
        using (Utf8JsonWriter json = new(lines, s_json))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("prompt", prompt.Prompt);
            json.WriteStartArray("constraints");
            foreach (StatedConstraint constraint in prompt.Constraints)
                ConstraintJson.Write(json, constraint);
            json.WriteEndArray();
            json.WriteString("response", response);
            json.WriteEndObject();
        }

        lines.Write("\n"u8);
    }
}
